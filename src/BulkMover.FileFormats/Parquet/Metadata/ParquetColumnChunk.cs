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

    /// <summary>A number among its encodings that parquet.thrift does not have.</summary>
    internal int? UnknownEncoding { get; init; }

    /// <summary>Its length is 0 where the writer leaves it out (before version 2.10 of the format).</summary>
    internal StoredRange BloomFilter { get; init; }

    /// <summary>Of the page index: where the pages lie.</summary>
    internal StoredRange OffsetIndex { get; set; }

    /// <summary>Of the page index: bounds of the pages' values.</summary>
    internal StoredRange ColumnIndex { get; set; }

    /// <summary>The only bytes of it that are read, in file order; null for all of it.</summary>
    internal IReadOnlyList<PageLocation>? Pages { get; private init; }

    /// <summary>The other file that the chunk lies in; null as a rule.</summary>
    internal string? FilePath { get; set; }

    /// <summary>The chunk is encrypted; nothing else is known of it.</summary>
    internal bool IsEncrypted { get; init; }

    /// <summary>The unparsed struct: most scans never look at it.</summary>
    internal ReadOnlyMemory<byte> StatisticsBytes { get; init; }

    /// <summary>The chunk without some of its data pages; a dictionary stays.</summary>
    /// <param name="firstPage">Where the first of all its data pages begins in the file.</param>
    /// <param name="pages">Those that stay, in file order.</param>
    /// <param name="values">Their values, nulls included.</param>
    internal ParquetColumnChunk WithPages(long firstPage, IEnumerable<PageLocation> pages, long values)
    {
        List<PageLocation> kept = [.. pages];
        if (firstPage > Offset)
            kept.Insert(0, new PageLocation(Offset, firstPage - Offset, 0));
        long bytes = kept.Sum(page => page.Bytes);
        return new ParquetColumnChunk
        {
            Type = Type, Codec = Codec, Values = values, CompressedBytes = bytes, DataPageOffset = kept[0].Offset, Pages = kept,
            UncompressedBytes = (long)((double)UncompressedBytes / CompressedBytes * bytes),
        };
    }
}
