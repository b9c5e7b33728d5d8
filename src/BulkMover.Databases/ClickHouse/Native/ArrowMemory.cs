using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>How much memory Arrow data holds.</summary>
internal static class ArrowMemory
{
    public static long BytesOf(RecordBatch batch) => batch.Arrays.Sum(array => BytesOf(array.Data));

    /// <summary>The whole buffers, also where the data is a slice of them: that is what stays alive.</summary>
    public static long BytesOf(ArrayData data)
    {
        long bytes = data.Dictionary is null ? 0 : BytesOf(data.Dictionary);
        foreach (ArrowBuffer buffer in data.Buffers)
            bytes += buffer.Length;
        foreach (ArrayData child in data.Children ?? [])
            bytes += BytesOf(child);
        return bytes;
    }
}
