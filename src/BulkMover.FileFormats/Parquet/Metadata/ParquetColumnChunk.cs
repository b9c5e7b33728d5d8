namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>The values of one leaf column in one row group, as the footer describes them.</summary>
public sealed class ParquetColumnChunk
{
    public PhysicalType Type { get; internal init; }

    public CompressionCodec Codec { get; internal init; }

    /// <summary>Number of values, nulls included; more than the rows in lists.</summary>
    public long Values { get; internal init; }

    /// <summary>Where the chunk begins in the file, in bytes: its dictionary page, else its first data page.</summary>
    public long Offset => DictionaryPageOffset > 0 && DictionaryPageOffset < DataPageOffset ? DictionaryPageOffset : DataPageOffset;

    /// <summary>Bytes in the file, page headers included.</summary>
    public long CompressedBytes { get; internal init; }

    /// <summary>Bytes of the pages after decompression, headers included, as the writer states them.</summary>
    public long UncompressedBytes { get; internal init; }

    /// <summary>Bounds and counts; null when the writer gave none, or none that can be read: rows do not depend on them.</summary>
    public ParquetStatistics? Statistics => StatisticsBytes.IsEmpty ? null : ParquetStatistics.TryParse(StatisticsBytes.Span);

    internal long DataPageOffset { get; init; }

    /// <summary>0 when the footer names none.</summary>
    internal long DictionaryPageOffset { get; init; }

    /// <summary>Bytes of all byte arrays without encoding (<c>SizeStatistics</c>), when stated.</summary>
    internal long? UnencodedBytes { get; init; }

    /// <summary>The other file that the chunk lies in; null as a rule.</summary>
    internal string? FilePath { get; set; }

    /// <summary>The chunk is encrypted; nothing else is known of it.</summary>
    internal bool IsEncrypted { get; init; }

    /// <summary>The unparsed struct: most scans never look at it.</summary>
    internal ReadOnlyMemory<byte> StatisticsBytes { get; init; }
}
