using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The columns of an image, each with its decoder where it is covered.</summary>
internal sealed class ImageColumns : IDisposable
{
    private readonly PageCodec codec = new();
    private readonly List<(Field Field, ColumnDecoder? Decoder)> all = [];
    private readonly List<int> nativeLeaves = [];

    /// <param name="image">The bytes, which stay as they are until this is disposed.</param>
    /// <param name="plan">What they are.</param>
    /// <param name="pages">By row group, then by leaf.</param>
    /// <param name="dictionaries">Numbers of the leaves whose columns are given as dictionaries.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="batchRows">Rows of a batch at most.</param>
    /// <param name="allocator">Where dictionaries' memory comes from.</param>
    public ImageColumns(
        NativeBlock image, ImagePlan plan, PageSizes[][] pages, IReadOnlyList<int> dictionaries, ParquetReadOptions options, long batchRows, MemoryAllocator allocator)
    {
        BatchRows = batchRows;
        int leaf = 0;
        foreach ((SchemaNode node, Field field) in plan.Nodes.Zip(plan.StoredFields))
        {
            IEnumerable<(ParquetColumnChunk, PageSizes)> chunks = plan.RowGroups.Select((rowGroup, i) => (rowGroup.Columns[node.FirstLeaf], pages[i][leaf]));
            bool isCovered = !options.OnlyNative && ColumnDecoders.Covers(node, field.DataType, chunks);
            all.Add((field, isCovered ? ColumnDecoders.Create(SourceOf(image, plan, node), node, field.DataType, dictionaries.Contains(leaf), allocator) : null));
            if (!isCovered)
                nativeLeaves.AddRange(Enumerable.Range(leaf, node.LeafCount));
            leaf += node.LeafCount;
        }

        // Each row group has dictionaries of its own, and an array has one.
        IEnumerable<long> rows = plan.RowGroups.Select(rowGroup => rowGroup.Rows);
        RowRuns = all.Exists(column => column.Decoder is DictionaryColumn) ? [.. rows] : [rows.Sum()];
    }

    /// <summary>In the order of the plan. Without a decoder where the native reader has to decode the column.</summary>
    public IReadOnlyList<(Field Field, ColumnDecoder? Decoder)> All => all;

    /// <summary>Columns with a decoder.</summary>
    public int Covered => all.Count(column => column.Decoder is not null);

    /// <summary>Numbers of the leaves of the other columns.</summary>
    public IReadOnlyList<int> NativeLeaves => nativeLeaves;

    public long BatchRows { get; }

    /// <summary>Rows that follow one another of which a batch may have any.</summary>
    public IReadOnlyList<long> RowRuns { get; }

    public void Dispose()
    {
        foreach ((_, ColumnDecoder? decoder) in all)
            decoder?.Dispose();
        codec.Dispose();
    }

    private ColumnSource SourceOf(NativeBlock image, ImagePlan plan, SchemaNode node)
    {
        (PageBuffer, PageBuffer) buffers = (new PageBuffer(), new PageBuffer());
        return new ColumnSource(node.Path, node.HasDefinitionLevels)
        {
            Buffers = buffers,
            Chunks = [.. plan.RowGroups.Select(rowGroup =>
            {
                ParquetColumnChunk chunk = rowGroup.Columns[node.FirstLeaf];
                (long offset, long bytes) = plan.Place(chunk);
                return new ChunkPages(image.Memory(offset, (int)bytes), chunk.Values, chunk.Codec, node.HasDefinitionLevels, codec, buffers);
            })],
        };
    }
}
