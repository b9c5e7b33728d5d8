using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>How a load divides what it may hold (invariant 7): into bytes on their way into the store, and rows that wait for more.</summary>
/// <param name="Lanes">Lanes that write at the same time.</param>
/// <param name="OpenFiles">Files that are open at the same time, two at least.</param>
/// <param name="WriterBytes">Bytes that all open files hold together.</param>
/// <param name="LaneBytes">Bytes of rows that a lane may hold.</param>
internal sealed record LoadMemory(int Lanes, int OpenFiles, long WriterBytes, long LaneBytes)
{
    /// <summary>Of one chunk in one lane: each has memory of its own in the encoder, too. Rows of further partitions go to disk.</summary>
    public const int MostFilesOfALane = 4;

    /// <param name="store">Where files are written.</param>
    /// <param name="limits">What the load may hold.</param>
    /// <exception cref="InvalidInputException">There is no room for two files and any rows.</exception>
    public static LoadMemory Of(IWritableStore store, LoadLimits limits)
    {
        int files = store.WriterBytes == 0 ? int.MaxValue : (int)Math.Clamp(limits.HeldBytes / 2 / store.WriterBytes, 2, (limits.Writers * MostFilesOfALane) + 1);
        long rows = limits.HeldBytes - (files * store.WriterBytes);
        if (rows <= 0)
        {
            throw new InvalidInputException("lake.memory_too_small",
                $"Files are sent to this store in parts, {files * store.WriterBytes:N0} bytes of them at a time at least, and of the memory budget {limits.HeldBytes:N0} bytes are for them and " +
                $"for rows that wait. Run again with {Math.Ceiling(2.0 * files * store.WriterBytes / Math.Max(1, limits.HeldBytes)):F0} times as much --memory.");
        }

        int lanes = Math.Min(limits.Writers, files - 1);
        return new LoadMemory(lanes, files, files * store.WriterBytes, rows / lanes);
    }
}
