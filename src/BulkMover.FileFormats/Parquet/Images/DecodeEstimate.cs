using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>How many rows make a batch, and how much memory decoding takes beside the fetched bytes.</summary>
/// <param name="BatchRows">Rows of a batch.</param>
/// <param name="Bytes">Upper estimate of the decoder's pages and of one batch in the making.</param>
internal sealed record DecodeEstimate(long BatchRows, long Bytes)
{
    /// <summary>Pages and dictionaries of common writers are at most 1 MiB each; before the pages are fetched nothing better is known.</summary>
    private const long UsualPagesBytes = 2 * 1024 * 1024;

    /// <summary>The builders of a batch double their memory when it is full, so up to half of it may be empty.</summary>
    private const int BuilderSlack = 2;

    /// <param name="plan">What is decoded.</param>
    /// <param name="options">The bounds of a batch.</param>
    /// <param name="pages">By row group, then by leaf; null when they are not fetched yet.</param>
    public static DecodeEstimate Of(ImagePlan plan, ParquetReadOptions options, PageSizes[][]? pages)
    {
        long batchRows = options.BatchRows, pageBytes = 0;
        double rowBytes = 0;
        for (int i = 0; i < plan.RowGroups.Count; i++)
        {
            (double row, long held) = OfRowGroup(plan.RowGroups[i], plan.Leaves, pages?[i]);
            rowBytes = Math.Max(rowBytes, row);
            pageBytes = Math.Max(pageBytes, held);
        }

        rowBytes += plan.FilledRowBytes;
        if (rowBytes > 0)
            batchRows = Math.Clamp((long)(options.BatchBytes / rowBytes), 1, batchRows);
        return new DecodeEstimate(batchRows, pageBytes + (long)(BuilderSlack * batchRows * rowBytes));
    }

    private static (double RowBytes, long PageBytes) OfRowGroup(ParquetRowGroup rowGroup, IReadOnlyList<SchemaNode> leaves, PageSizes[]? pages)
    {
        double rowBytes = 0;
        long pageBytes = 0;
        for (int i = 0; i < leaves.Count && rowGroup.Rows > 0; i++)
        {
            ParquetColumnChunk chunk = rowGroup.Columns[leaves[i].FirstLeaf];
            double valuesPerRow = (double)chunk.Values / rowGroup.Rows;
            rowBytes += valuesPerRow * ValueBytes(leaves[i].Element, chunk, pages?[i]);
            pageBytes += pages is null
                ? Math.Min(chunk.UncompressedBytes, UsualPagesBytes)
                : pages[i].LargestDataBytes + pages[i].DictionaryBytes;
        }

        return (rowBytes, pageBytes);
    }

    /// <summary>Bytes of a value on average, with its bit of validity or its offset.</summary>
    private static double ValueBytes(SchemaElement leaf, ParquetColumnChunk chunk, PageSizes? pages)
    {
        const double validity = 1.0 / 8;
        return validity + leaf.Type switch
        {
            PhysicalType.Boolean => validity,
            PhysicalType.ByteArray => sizeof(int) + TextBytes(chunk, pages),
            _ when leaf.Decimal is { } digits => digits.Precision <= 38 ? 16 : 32,
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.FixedLenByteArray => leaf.TypeLength ?? 0,
            PhysicalType.Int96 => ImageSchema.Int96Bytes,
            _ => 8,
        };
    }

    private static double TextBytes(ParquetColumnChunk chunk, PageSizes? pages)
    {
        if (chunk.Values == 0)
            return 0;
        if (chunk.UnencodedBytes is > 0 and { } bytes)
            return (double)bytes / chunk.Values;

        // In a dictionary a long value is stored once and decoded often.
        double entry = pages is { DictionaryEntries: > 0 } ? (double)pages.DictionaryBytes / pages.DictionaryEntries : 0;
        return Math.Max(entry, (double)chunk.UncompressedBytes / chunk.Values);
    }
}
