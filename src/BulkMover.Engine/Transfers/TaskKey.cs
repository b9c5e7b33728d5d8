using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using BulkMover.Core.Scans;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// What a target remembers of a scan task: 128 bits of a hash, which tell it from all others of its snapshot. They are the same at every run,
/// wherever the task stands in the plan and however the table's metadata is stored.
/// </summary>
internal static class TaskKey
{
    private const int Bytes = 16;

    /// <remarks>
    /// Of nothing but what every form of the metadata has: a checkpoint may have dropped the statistics that the commits before it had. In a
    /// snapshot a path alone tells the file; the rest shows a table that was replaced by another one.
    /// </remarks>
    public static UInt128 Of(ScanTask task)
    {
        // Who chooses the paths must not be able to choose two with one key: the second file would pass for the first.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{task.File}\0{task.FileBytes}\0{task.Deletes?.Rows}")), hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Keys as a target keeps them, sorted: the same keys give the same bytes.</summary>
    public static ReadOnlyMemory<byte> Join(List<UInt128> keys)
    {
        byte[] joined = new byte[keys.Count * Bytes];
        keys.Sort();
        for (int i = 0; i < keys.Count; i++)
            BinaryPrimitives.WriteUInt128BigEndian(joined.AsSpan(i * Bytes), keys[i]);
        return joined;
    }

    /// <summary>How many keys were joined.</summary>
    public static long Count(ReadOnlyMemory<byte> joined) => joined.Length / Bytes;

    /// <summary>The keys that were joined.</summary>
    public static IEnumerable<UInt128> Split(ReadOnlyMemory<byte> joined)
    {
        for (; joined.Length >= Bytes; joined = joined[Bytes..])
            yield return BinaryPrimitives.ReadUInt128BigEndian(joined.Span);
    }
}
