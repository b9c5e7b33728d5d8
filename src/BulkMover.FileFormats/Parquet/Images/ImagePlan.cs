using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// What of a file is decoded together: some columns of some row groups. Their chunks are laid into one piece of memory with a footer of
/// our own, a small Parquet file in itself, which the native reader opens without a copy and without the file's other metadata.
/// </summary>
internal sealed class ImagePlan
{
    private readonly ParquetFooter footer;
    private readonly BatchShape shape;
    private readonly RangePlan ranges;

    private ImagePlan(ParquetFooter footer, BatchShape shape, IReadOnlyList<ParquetRowGroup> rowGroups, RangePlan ranges, long dataEnd)
    {
        IReadOnlyList<int> columns = shape.FileColumns;
        (this.footer, this.shape, this.ranges) = (footer, shape, ranges);
        (Columns, RowGroups, DataEnd, FilledRowBytes) = (columns, rowGroups, dataEnd, shape.FilledRowBytes);
        Leaves = [.. columns.SelectMany(index => footer.Root.Children[index].Leaves)];
        TextLeaves = [.. columns.Where(IsText).Select(index => Leaves.ToList().IndexOf(footer.Root.Children[index]))];

        bool IsText(int index) => footer.StoredSchema.FieldsList[index].DataType is StringType or BinaryType;
    }

    /// <summary>Indexes of the top-level columns, ascending.</summary>
    public IReadOnlyList<int> Columns { get; }

    /// <summary>The columns' nodes in the file's schema.</summary>
    public IEnumerable<SchemaNode> Nodes => Columns.Select(index => footer.Root.Children[index]);

    /// <summary>The columns' fields with the types that the native reader gives.</summary>
    public IEnumerable<Field> StoredFields => Columns.Select(index => footer.StoredSchema.FieldsList[index]);

    public IReadOnlyList<SchemaNode> Leaves { get; }

    /// <summary>Numbers of the leaves that are columns of text or bytes.</summary>
    public IReadOnlyList<int> TextLeaves { get; }

    public IReadOnlyList<ParquetRowGroup> RowGroups { get; }

    public IReadOnlyList<FileRange> Ranges => ranges.Ranges;

    /// <summary>Bytes of a row in columns that the file lacks.</summary>
    public double FilledRowBytes { get; }

    /// <summary>Where the data end in the image and its footer begins.</summary>
    public long DataEnd { get; }

    /// <summary>Length of the image at most.</summary>
    public long MaxBytes => DataEnd + ImageFooter.MaxBytes(footer.Root, Columns, RowGroups.Count);

    /// <summary>An image of only the bytes that are needed.</summary>
    public static ImagePlan OfRanges(ParquetFooter footer, BatchShape shape, IReadOnlyList<ParquetRowGroup> rowGroups, long maxGapBytes)
    {
        int[] leaves = footer.LeavesOf(shape.FileColumns);
        RangePlan wanted = RangePlan.Of(
            rowGroups.SelectMany(rowGroup => leaves.SelectMany(leaf => Ranges(rowGroup.Columns[leaf]))),
            maxGapBytes);
        return new ImagePlan(footer, shape, rowGroups, wanted, wanted.End);

        IEnumerable<(long Offset, long Length)> Ranges(ParquetColumnChunk chunk) =>
            chunk.Pages?.Select(page => (page.Offset, page.Bytes)) ?? [(chunk.Offset, footer.StoredBytes(chunk))];
    }

    /// <summary>An image of a file that is in memory as a whole.</summary>
    public static ImagePlan OfWhole(ParquetFooter footer, BatchShape shape, IReadOnlyList<ParquetRowGroup> rowGroups) =>
        new(footer, shape, rowGroups, RangePlan.Whole(footer.DataEnd), footer.DataEnd);

    /// <summary>One of <see cref="Columns"/> may come in the stored form.</summary>
    public bool TakesForm(int column, IArrowType stored) => shape.TakesForm(Columns[column], stored);

    /// <summary>Where a chunk lies in the image, and how long it is there.</summary>
    public (long Offset, long Bytes) Place(ParquetColumnChunk chunk)
    {
        long bytes = chunk.Pages is null ? footer.StoredBytes(chunk) : chunk.CompressedBytes;
        return (bytes == 0 ? DataEnd : ranges.ImageOffset(chunk.Offset), bytes);
    }

    /// <summary>Puts the pages of chunks that have lost some next to each other: the native reader goes from one to the next.</summary>
    public void JoinPages(NativeBlock image)
    {
        foreach (ParquetColumnChunk chunk in RowGroups.SelectMany(rowGroup => Leaves.Select(leaf => rowGroup.Columns[leaf.FirstLeaf])))
        {
            long to = Place(chunk).Offset;
            foreach (PageLocation page in chunk.Pages ?? [])
            {
                image.Move(ranges.ImageOffset(page.Offset), to, page.Bytes);
                to += page.Bytes;
            }
        }
    }

    public byte[] WriteFooter() => ImageFooter.Write(footer.Root, Columns, RowGroups, Place);
}
