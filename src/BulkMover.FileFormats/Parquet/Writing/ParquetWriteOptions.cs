namespace BulkMover.FileFormats.Parquet.Writing;

/// <summary>How Parquet files are written.</summary>
public sealed record ParquetWriteOptions
{
    /// <summary>Zstandard: smaller files than Snappy for little more work, and every engine of the last years reads it.</summary>
    public ParquetCodec Codec { get; init; } = ParquetCodec.Zstd;

    /// <summary>Of the codec, where it has levels; null for 1 of Zstandard, beyond which files shrink far slower than the work grows, and else the codec's own.</summary>
    public int? Level { get; init; }

    /// <summary>
    /// Bytes of rows, as Arrow has them, in a row group: what a reader needs at once, and what a lane holds back while it fills one. Fewer where the memory
    /// budget has no room for that.
    /// </summary>
    public long RowGroupBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Bytes at which a file ends and the next begins: large enough that a table of a petabyte has few million files, small enough that engines spread them.
    /// </summary>
    public long FileBytes { get; init; } = 512L << 20;

    /// <summary>Columns of few values as dictionaries; those of many fall back by themselves. Turned off it saves some work where no column has few.</summary>
    public bool HasDictionaries { get; init; } = true;

    /// <summary>Least and greatest values of row groups and pages, by which readers leave out what they need not read.</summary>
    public bool HasStatistics { get; init; } = true;
}
