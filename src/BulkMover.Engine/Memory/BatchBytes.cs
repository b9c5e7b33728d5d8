using Apache.Arrow;

namespace BulkMover.Engine.Memory;

/// <summary>What a batch holds.</summary>
internal static class BatchBytes
{
    /// <summary>Sum of the lengths of all buffers; a buffer that arrays share counts once for each.</summary>
    public static long Of(RecordBatch batch)
    {
        long bytes = 0;
        for (int column = 0; column < batch.ColumnCount; column++)
            bytes += Of(batch.Column(column).Data);
        return bytes;
    }

    private static long Of(ArrayData array)
    {
        long bytes = array.Dictionary is null ? 0 : Of(array.Dictionary);
        foreach (ArrowBuffer buffer in array.Buffers)
            bytes += buffer.Length;
        foreach (ArrayData child in array.Children ?? [])
            bytes += Of(child);
        return bytes;
    }
}
