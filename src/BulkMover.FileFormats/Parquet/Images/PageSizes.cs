namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>What a chunk's page headers say about memory.</summary>
/// <param name="LargestDataBytes">Of the data pages, after decompression.</param>
/// <param name="DictionaryBytes">Of the dictionary page, after decompression; 0 without one.</param>
/// <param name="DictionaryEntries">Values in the dictionary.</param>
/// <param name="OnlyDictionary">Every data page holds numbers of dictionary entries and no values.</param>
internal sealed record PageSizes(long LargestDataBytes, long DictionaryBytes, long DictionaryEntries, bool OnlyDictionary)
{
    /// <summary>See <see cref="PageHeader.BitPacked"/>; only where there are levels.</summary>
    public bool HasBitPackedLevels { get; init; }

    public PageSizes With(PageHeader page) => page.Kind switch
    {
        PageKind.Dictionary => this with { DictionaryBytes = page.UncompressedBytes, DictionaryEntries = page.Values },
        PageKind.Data or PageKind.DataV2 => this with
        {
            LargestDataBytes = Math.Max(LargestDataBytes, page.UncompressedBytes), OnlyDictionary = OnlyDictionary && page.IsOfDictionary,
        },
        _ => this with { LargestDataBytes = Math.Max(LargestDataBytes, page.UncompressedBytes) },
    };
}
