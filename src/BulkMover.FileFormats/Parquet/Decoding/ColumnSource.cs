namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Where a column's decoder has its pages from. Disposing frees the memory that they are decompressed into.</summary>
/// <param name="Name">The column, for messages.</param>
/// <param name="HasLevels">Values may be missing.</param>
internal sealed record ColumnSource(string Name, bool HasLevels) : IDisposable
{
    /// <summary>One for each row group.</summary>
    public required IReadOnlyList<ChunkPages> Chunks { get; init; }

    /// <summary>For a data page at a time, and for the dictionary of a chunk.</summary>
    public required (PageBuffer Data, PageBuffer Dictionary) Buffers { get; init; }

    public void Dispose()
    {
        Buffers.Data.Dispose();
        Buffers.Dictionary.Dispose();
    }
}
