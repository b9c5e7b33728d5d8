using Apache.Arrow.Memory;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Where a leaf column's decoder has its pages from. Disposing frees the memory that they are decompressed into.</summary>
/// <param name="Name">The column, for messages.</param>
/// <param name="IsRepeated">A row may have any number of slots.</param>
internal sealed record ColumnSource(string Name, bool IsRepeated) : IDisposable
{
    /// <summary>One for each row group.</summary>
    public required IReadOnlyList<ChunkPages> Chunks { get; init; }

    /// <summary>Which slots there are.</summary>
    public required Levels Levels { get; init; }

    /// <summary>Bytes that a value has in its pages on average, its length included; 0 where all have the same.</summary>
    public required double BytesOfValue { get; init; }

    /// <summary>Values of any batch at most, as far as that is known.</summary>
    public required long MostValues { get; init; }

    /// <summary>For a data page at a time, and for the dictionary of a chunk.</summary>
    public required (PageBuffer Data, PageBuffer Dictionary) Buffers { get; init; }

    /// <summary>Where the memory of arrays comes from.</summary>
    public required MemoryAllocator Allocator { get; init; }

    public void Dispose()
    {
        Levels.Dispose();
        Buffers.Data.Dispose();
        Buffers.Dictionary.Dispose();
    }
}
