namespace BulkMover.FileFormats.Parquet.Writing;

/// <summary>What pages are compressed by (parquet.thrift, <c>CompressionCodec</c>): those that common engines read.</summary>
public enum ParquetCodec
{
    None,
    Snappy,
    Gzip,
    Lz4,
    Zstd,
}
