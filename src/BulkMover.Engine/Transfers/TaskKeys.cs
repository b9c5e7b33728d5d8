using System.Buffers.Binary;
using System.Globalization;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// What a target remembers of scan tasks: of each a key of 128 bits that stands for the very rows it gives. It is the same at every run, wherever
/// the task stands in the plan and however the table's metadata is stored; and in other snapshots that have the file, its deletes and its columns unchanged.
/// </summary>
/// <param name="scan">The scan that the tasks are planned for.</param>
internal sealed class TaskKeys(Scan scan)
{
    private const int Bytes = 16;

    private readonly HashSet<string> columns = [.. scan.ReadSchema.FieldsList.Select(field => field.Name)];

    /// <remarks>Of nothing but what every form of the metadata has: a checkpoint may have dropped the statistics that the commits before it had.</remarks>
    public UInt128 Of(ScanTask task)
    {
        (long? first, long? last) = scan.ReadsRowMetadata ? (task.FirstRowId, task.LastChange) : (null, null);
        IEnumerable<string> constants =
        [
            .. task.Constants.Where(constant => columns.Contains(constant.Key)).OrderBy(constant => constant.Key, StringComparer.Ordinal).Select(constant => $"\0{constant.Key}={Text(constant.Value)}"),
            .. task.MemberConstants.OrderBy(constant => constant.Key).Select(constant => $"\0{constant.Key}={Text(constant.Value)}"),
        ];
        return Fingerprint.Of(string.Create(
            CultureInfo.InvariantCulture, $"{scan.Reading:x}\0{task.File}\0{task.FileBytes}\0{task.Deletes?.Identity:x}\0{first}\0{last}{string.Concat(constants)}"));
    }

    private static string Text(Scalar constant) => constant.Value switch
    {
        null => "null",
        byte[] bytes => Convert.ToHexString(bytes),
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

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
