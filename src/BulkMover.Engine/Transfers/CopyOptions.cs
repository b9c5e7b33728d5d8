using BulkMover.Core.Scans;
using BulkMover.Engine.Memory;

namespace BulkMover.Engine.Transfers;

/// <summary>How much of a copy happens at the same time.</summary>
public sealed record CopyOptions
{
    /// <summary>Row groups that are fetched at the same time; null lets the copy find out (decisions/0014).</summary>
    public int? Readers { get; init; }

    /// <summary>Blocks that are sent at the same time; null lets the copy find out (decisions/0014).</summary>
    public int? Writers { get; init; }

    /// <summary>Rows of a block at most, where the memory budget has room for it; null for what the target takes best (decisions/0013).</summary>
    public int? BlockRows { get; init; }

    /// <summary>
    /// Bytes of data files in a chunk: seconds to a minute of work, which is what a stopped copy loses, and a million entries in the target's
    /// ledger for a petabyte. A chunk costs some 80 ms of its own (perf/results/chunks.md).
    /// </summary>
    public long ChunkBytes { get; init; } = 1L << 30;

    /// <summary>A chunk takes no more files after so long, however few they are: over a slow connection a stopped copy loses no more than that, and one file.</summary>
    public TimeSpan ChunkTime { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a copy that fails for a reason which may pass is begun again without coming on.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>One row group on its way for each core that decodes another: over a fast connection that is enough.</summary>
    public int FirstReaders => Readers ?? Environment.ProcessorCount;

    /// <summary>From afar it is waits that are shared, not a core; what the readers may hold together is a share of the memory budget, however many they are.</summary>
    public int MostReaders => Readers ?? Environment.ProcessorCount * 16;

    /// <summary>
    /// One alone leaves the connection idle while the target works on what it got; no more than eight, for each is an insert that the target holds
    /// in its memory.
    /// </summary>
    public int FirstWriters => Writers ?? Math.Clamp(Environment.ProcessorCount, 2, 8);

    /// <summary>More than these would be a burden to a server that others use, too.</summary>
    public int MostWriters => Writers ?? Math.Clamp(Environment.ProcessorCount * 4, 8, 32);

    /// <summary>Files that are copied as they are at the same time: where the store does it that is round trips and nothing else, and 32 for each core are what it takes to copy as fast from afar as tools that do nothing but that.</summary>
    internal int Adopters => FirstReaders * 32;

    /// <summary>Files that are opened at the same time: that is one round trip and hardly any work, and small files are nothing but it.</summary>
    internal static int Openers(int readers) => readers * 4;

    /// <summary>Row groups that are decoded and encoded at the same time: a core each, or as many as are sent, for a row group's blocks go out one after another. More would only hold memory.</summary>
    internal int Decoders(int writers) => Math.Min(Readers ?? int.MaxValue, Math.Max(Environment.ProcessorCount, writers));

    /// <summary>How large batches are made. A batch is there up to four times while it is encoded by partition, and three sixteenths of the budget are for that (decisions/0002).</summary>
    /// <param name="best">What the target would have, of the usual size or more.</param>
    /// <param name="memory">Of the copy.</param>
    public BatchSize BatchesFor(BatchSize best, MemoryBudget memory)
    {
        long bytes = memory.Bytes / 32;
        if (BlockRows is { } rows)
        {
            // As many bytes for each of them as a usual batch has, so that of ordinary rows it is the number that counts.
            long ofRows = Math.Max(1L, (long)rows * BatchSize.Usual.Bytes / BatchSize.Usual.Rows);
            return best with { Rows = rows, Bytes = (int)Math.Min(ofRows, Math.Max(bytes, BatchSize.Usual.Bytes)) };
        }

        return bytes < BatchSize.Usual.Bytes
            ? best with { Rows = BatchSize.Usual.Rows, Bytes = BatchSize.Usual.Bytes }
            : best with { Bytes = (int)Math.Min(bytes, best.Bytes) };
    }

    public IEnumerable<string> Problems()
    {
        if (Readers is < 1 or > 1024)
            yield return $"--readers is {Readers}; it must be from 1 to 1024.";
        if (Writers is < 1 or > 1024)
            yield return $"--writers is {Writers}; it must be from 1 to 1024.";
        if (BlockRows is < 1000 or > 4_000_000)
            yield return $"--block-rows is {BlockRows}; it must be from 1,000 to 4,000,000.";
        if (ChunkBytes < 1)
            yield return $"--chunk is {ChunkBytes}; it must be 1 or more.";
    }
}
