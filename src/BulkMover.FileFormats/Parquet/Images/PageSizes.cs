namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>What a chunk's page headers say about memory.</summary>
/// <param name="LargestDataBytes">Of the data pages, after decompression.</param>
/// <param name="DictionaryBytes">Of the dictionary page, after decompression; 0 without one.</param>
/// <param name="DictionaryEntries">Values in the dictionary.</param>
/// <param name="OnlyDictionary">Every data page holds numbers of dictionary entries and no values.</param>
internal sealed record PageSizes(long LargestDataBytes, long DictionaryBytes, long DictionaryEntries, bool OnlyDictionary)
{
    /// <summary>Of each value in a dictionary or page of byte arrays; PLAIN writes it before the value.</summary>
    private const int LengthBytes = sizeof(int);

    /// <summary>See <see cref="PageHeader.BitPacked"/>; only where there are levels.</summary>
    public bool HasBitPackedLevels { get; init; }

    /// <summary>The encodings of the data pages' values, as a set of <see cref="Decoding.Encodings"/>.</summary>
    public uint Encodings { get; init; }

    /// <summary>The data pages, where the bytes of a value or the values of a row are not always the same.</summary>
    public List<DataPage>? Pages { get; init; }

    /// <summary>Bytes of the longest byte array in the dictionary at most.</summary>
    public long LongestEntryBytes => Math.Max(DictionaryBytes - (LengthBytes * DictionaryEntries), 0);

    public PageSizes With(PageHeader page)
    {
        if (page.Kind == PageKind.Dictionary)
            return this with { DictionaryBytes = page.UncompressedBytes, DictionaryEntries = page.Values };

        // Lengths that stand before all values are decoded together, each to four bytes; there may be more of them than the page has bytes.
        long bytes = page.UncompressedBytes + (page.LengthsOfAValue * LengthBytes * page.Values);
        if (page.Kind is not (PageKind.Data or PageKind.DataV2))
            return this with { LargestDataBytes = Math.Max(LargestDataBytes, bytes) };
        Pages?.Add(new DataPage(page.Values, page.UncompressedBytes, page.IsOfDictionary, page.HasPrefixes));
        return this with
        {
            LargestDataBytes = Math.Max(LargestDataBytes, bytes), OnlyDictionary = OnlyDictionary && page.IsOfDictionary,
            Encodings = Decoding.Encodings.With(Encodings, page.Encoding),
        };
    }
}
