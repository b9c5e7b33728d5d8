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
    public const int BuilderSlack = 2;

    /// <summary>
    /// A batch of dictionaries has at least so many rows: the native reader copies a dictionary for each, and its text is cut by what it really is.
    /// </summary>
    private const int MinDictionaryRows = 4096;

    /// <summary>Before the pages are fetched: by averages.</summary>
    /// <param name="plan">What is decoded.</param>
    /// <param name="options">The bounds of a batch.</param>
    public static DecodeEstimate Of(ImagePlan plan, ParquetReadOptions options)
    {
        double rowBytes = plan.FilledRowBytes + plan.RowGroups.Where(rowGroup => rowGroup.Rows > 0).Select(rowGroup => plan.Leaves.Sum(leaf =>
        {
            ParquetColumnChunk chunk = rowGroup.Columns[leaf.FirstLeaf];
            return (double)chunk.Values / rowGroup.Rows * (FixedBytes(leaf.Element) + (leaf.Element.Type == PhysicalType.ByteArray ? TextBytes(chunk) : 0));
        })).DefaultIfEmpty().Max();
        long pageBytes = plan.RowGroups.Max(rowGroup => plan.Leaves.Sum(leaf => Math.Min(rowGroup.Columns[leaf.FirstLeaf].UncompressedBytes, UsualPagesBytes)));
        long batchRows = Fit(options, rowBytes);
        return new DecodeEstimate(batchRows, pageBytes + (long)(BuilderSlack * batchRows * rowBytes));
    }

    /// <summary>By the pages.</summary>
    /// <param name="plan">What is decoded.</param>
    /// <param name="options">The bounds of a batch.</param>
    /// <param name="sizes">What is known of its rows.</param>
    public static DecodeEstimate Of(ImagePlan plan, ParquetReadOptions options, RowSizes sizes)
    {
        double rowBytes = plan.FilledRowBytes + sizes.FixedRowBytes;
        long batchRows = sizes.Vary || sizes.DictionaryRowBytes > 0 ? Steps(options, rowBytes, sizes) : Fit(options, rowBytes);
        int step = Math.Max(RowWindows.Steps(options.BatchRows).ToList().IndexOf(batchRows), 0);
        double built = (batchRows * rowBytes) + sizes.Most(step);
        // The worst that headers allow is not what is decoded: that decides when it has been measured.
        if (sizes.Unmeasured.Count > 0)
            built = Math.Min(built, options.BatchBytes);
        // The text of dictionaries is cut at the bytes of a batch, but for a single row.
        double text = Math.Min((double)options.BatchBytes + sizes.LongestDictionaryRow, (double)batchRows * sizes.LongestDictionaryRow);
        return new DecodeEstimate(batchRows, sizes.HeldBytes + (long)((BuilderSlack * built) + text));
    }

    /// <summary>Bytes of a value without its text, with its bit of validity or its offset.</summary>
    public static double FixedBytes(SchemaElement leaf)
    {
        const double validity = 1.0 / 8;
        return validity + leaf.Type switch
        {
            PhysicalType.Boolean => validity,
            PhysicalType.ByteArray => sizeof(int),
            _ when leaf.Decimal is { } digits => digits.Precision <= 38 ? 16 : 32,
            PhysicalType.Int32 or PhysicalType.Float => 4,
            PhysicalType.FixedLenByteArray => leaf.TypeLength ?? 0,
            PhysicalType.Int96 => ImageSchema.Int96Bytes,
            _ => 8,
        };
    }

    private static long Fit(ParquetReadOptions options, double rowBytes) =>
        rowBytes > 0 ? Math.Clamp((long)(options.BatchBytes / rowBytes), 1, options.BatchRows) : options.BatchRows;

    /// <summary>The most rows that fit; where a single row is larger than a batch, as many as take no more than two of its kind.</summary>
    private static long Steps(ParquetReadOptions options, double rowBytes, RowSizes sizes)
    {
        long[] steps = [.. RowWindows.Steps(options.BatchRows)];
        double single = rowBytes + sizes.Most(steps.Length - 1), text = sizes.DictionaryRowBytes;
        double most = single > options.BatchBytes ? 2 * single : options.BatchBytes;
        for (int step = 0; step < steps.Length; step++)
        {
            double built = (steps[step] * rowBytes) + sizes.Most(step);
            bool textFits = steps[step] <= MinDictionaryRows || built + (steps[step] * text) <= options.BatchBytes;
            if (textFits && built <= most)
                return steps[step];
        }

        return 1;
    }

    private static double TextBytes(ParquetColumnChunk chunk) =>
        chunk.Values == 0 ? 0 : (double)(chunk.UnencodedBytes is > 0 and { } bytes ? bytes : chunk.UncompressedBytes) / chunk.Values;
}
