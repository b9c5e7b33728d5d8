namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>What a chunk's page headers say about memory.</summary>
/// <param name="LargestDataBytes">Of the data pages, after decompression.</param>
/// <param name="DictionaryBytes">Of the dictionary page, after decompression; 0 without one.</param>
/// <param name="DictionaryEntries">Values in the dictionary.</param>
internal sealed record PageSizes(long LargestDataBytes, long DictionaryBytes, long DictionaryEntries)
{
    public PageSizes With(PageHeader page) => page.Kind switch
    {
        PageKind.Dictionary => this with { DictionaryBytes = page.UncompressedBytes, DictionaryEntries = page.Values },
        _ when page.UncompressedBytes > LargestDataBytes => this with { LargestDataBytes = page.UncompressedBytes },
        _ => this,
    };
}
