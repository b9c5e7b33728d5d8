using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Metadata;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>The columns of an image, each with its decoder where it is covered.</summary>
internal sealed class ImageColumns : IDisposable
{
    private readonly PageCodec codec = new();
    private readonly List<(Field Field, IColumnDecoder? Decoder)> all = [];
    private readonly List<int> nativeLeaves = [];
    private readonly HashSet<int> kept = [];
    private readonly NativeBlock image;
    private readonly ImagePlan plan;
    private readonly PageSizes[][] pages;
    private readonly RowSizes sizes;
    private readonly MemoryAllocator allocator;

    /// <param name="image">The bytes, which stay as they are until this is disposed.</param>
    /// <param name="plan">What they are.</param>
    /// <param name="pages">By row group, then by leaf.</param>
    /// <param name="sizes">What is known of its rows.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="batchRows">Rows of a batch at most.</param>
    /// <param name="allocator">Where the memory of arrays comes from.</param>
    public ImageColumns(
        NativeBlock image, ImagePlan plan, PageSizes[][] pages, RowSizes sizes, ParquetReadOptions options, long batchRows, MemoryAllocator allocator)
    {
        (this.image, this.plan, this.pages, this.sizes, this.allocator, BatchRows) = (image, plan, pages, sizes, allocator, batchRows);
        int leaf = 0;
        foreach ((SchemaNode node, Field field) in plan.Nodes.Zip(plan.StoredFields))
        {
            ColumnNode? column = options.OnlyNative ? null : ColumnNode.Of(node, field);
            bool isCovered = column is not null && column.Leaves().Select((below, i) => ColumnDecoders.Covers(below.Leaf, ChunksOf(below.Leaf.Leaf!, leaf + i))).All(covers => covers);
            bool isDictionary = sizes.Dictionaries.Contains(leaf);
            IArrowType? form = isDictionary ? new DictionaryType(Int32Type.Default, field.DataType, ordered: false) : ColumnDecoders.NarrowDecimal(node, field.DataType);
            bool isKept = form is not null && options.KeepsStoredForms && plan.TakesForm(all.Count, form);
            if (isKept && isDictionary && sizes.HasFewEntries(leaf, batchRows))
                kept.Add(all.Count);
            all.Add((field, isCovered ? DecoderOf(column!, node.Path, leaf, isDictionary || isKept ? form : null) : null));
            if (!isCovered && node.OptionalKeys.FirstOrDefault() is { } key)
                throw ParquetErrors.OptionalKeys(key.Path);
            if (!isCovered)
                nativeLeaves.AddRange(Enumerable.Range(leaf, node.LeafCount));
            leaf += node.LeafCount;
        }

        // Each row group has dictionaries of its own, and an array has one.
        IEnumerable<long> rows = plan.RowGroups.Select(rowGroup => rowGroup.Rows);
        RowRuns = all.Exists(column => column.Decoder is DictionaryColumn) ? [.. rows] : [rows.Sum()];

        IEnumerable<(ParquetColumnChunk, PageSizes)> ChunksOf(SchemaNode node, int number) =>
            plan.RowGroups.Select((rowGroup, i) => (rowGroup.Columns[node.FirstLeaf], pages[i][number]));
    }

    /// <summary>In the order of the plan. Without a decoder where the native reader has to decode the column.</summary>
    public IReadOnlyList<(Field Field, IColumnDecoder? Decoder)> All => all;

    /// <summary>Columns with a decoder.</summary>
    public int Covered => all.Count(column => column.Decoder is not null);

    /// <summary>Numbers of the leaves of the other columns.</summary>
    public IReadOnlyList<int> NativeLeaves => nativeLeaves;

    /// <summary>Numbers of the columns that are taken as dictionaries and stay so.</summary>
    public IReadOnlySet<int> Kept => kept;

    public long BatchRows { get; }

    /// <summary>Rows that follow one another of which a batch may have any.</summary>
    public IReadOnlyList<long> RowRuns { get; }

    public void Dispose()
    {
        foreach ((_, IColumnDecoder? decoder) in all)
            decoder?.Dispose();
        codec.Dispose();
    }

    /// <param name="column">The column.</param>
    /// <param name="name">Its name.</param>
    /// <param name="number">Of its first leaf among those of the plan.</param>
    /// <param name="form">As for <see cref="ColumnDecoders.Create"/>.</param>
    private IColumnDecoder DecoderOf(ColumnNode column, string name, int number, IArrowType? form)
    {
        if (column.Leaf is not null)
            return ColumnDecoders.Create(SourceOf(column, number, new FlatLevels(name, column.Levels.IsNullable, allocator)), column, form);
        return new NestedColumn(name, column, [.. column.Leaves().Select((below, i) =>
        {
            var levels = new NestedLevels(below.Path, below.Leaf.Leaf!.Path, allocator);
            return (ColumnDecoders.Create(SourceOf(below.Leaf, number + i, levels), below.Leaf, form: null), levels);
        })]);
    }

    private ColumnSource SourceOf(ColumnNode leaf, int number, Levels levels)
    {
        SchemaNode node = leaf.Leaf!;
        DataPage[] known = [.. pages.SelectMany(rowGroup => rowGroup[number].Pages ?? [])];
        (PageBuffer, PageBuffer) buffers = (new PageBuffer(), new PageBuffer());
        return new ColumnSource(node.Path, node.IsRepeated)
        {
            Buffers = buffers,
            Levels = levels,
            Allocator = allocator,
            MostValues = sizes.MostValues(number, BatchRows),
            BytesOfValue = known.Sum(page => (double)page.Bytes) / Math.Max(known.Sum(page => page.Values), 1),
            Chunks = [.. plan.RowGroups.Select(rowGroup =>
            {
                ParquetColumnChunk chunk = rowGroup.Columns[node.FirstLeaf];
                (long offset, long bytes) = plan.Place(chunk);
                return new ChunkPages(image.Memory(offset, (int)bytes), (rowGroup.Rows, chunk.Values), chunk.Codec, (node.IsRepeated, node.HasDefinitionLevels), codec, buffers);
            })],
        };
    }
}
