namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>A horizontal part of a file.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">One chunk per leaf column, in schema order.</param>
public sealed record ParquetRowGroup(long Rows, IReadOnlyList<ParquetColumnChunk> Columns)
{
    /// <summary>Bytes of all chunks in the file.</summary>
    public long CompressedBytes => Columns.Sum(column => column.CompressedBytes);

    /// <summary>Bytes of all chunks after decompression, as the writer states them.</summary>
    public long UncompressedBytes => Columns.Sum(column => column.UncompressedBytes);
}
