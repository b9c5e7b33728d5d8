using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.TableFormats.Targets;

/// <summary>Data files as the ledger keeps them, and back.</summary>
/// <param name="write">Tells the types of what is kept as text.</param>
internal sealed class FileEntries(TableWrite write)
{
    private readonly Dictionary<string, IArrowType> types = TypesOf(write);

    public static FileEntry Of(WrittenFile file) => new(
        file.Path, file.Bytes, file.Rows, [.. file.Partition.Select(ScalarText.Write)],
        [.. file.Columns.Select(leaf => new LeafEntry(leaf.Path, leaf.FieldId, leaf.Bytes, leaf.Values, leaf.Nulls, ScalarText.Write(leaf.Lower), ScalarText.Write(leaf.Upper)) { Nans = leaf.Nans })],
        file.RowGroupOffsets) { Deletes = file.Deletes };

    /// <exception cref="TargetException">The table is planned to be partitioned otherwise than the file is.</exception>
    public WrittenFile Read(FileEntry file) => file.Partition.Count != write.Partitions.Count ? throw Differ(file) : new(
        file.Path, file.Bytes, file.Rows, [.. file.Partition.Zip(write.Partitions, (text, column) => ScalarText.Read(text, column.Type))],
        [.. file.Columns.Select(Leaf)], file.RowGroupOffsets) { Deletes = file.Deletes };

    private static TargetException Differ(FileEntry file) => new("lake.table_changed",
        $"'{file.Path}' was written for other partitions than the command asks for now. Give --partition-by as when the copy began, or begin again with --restart.");

    private LeafMetrics Leaf(LeafEntry leaf)
    {
        IArrowType? type = types.GetValueOrDefault(LeafKey.Of(leaf.Path, leaf.FieldId, write.Matching));
        return new LeafMetrics(leaf.Path, leaf.FieldId, leaf.Bytes, leaf.Values, leaf.Nulls, Bound(leaf.Lower), Bound(leaf.Upper)) { Nans = leaf.Nans };

        Scalar? Bound(string? text) => text is null || type is null ? null : ScalarText.Read(text, type);
    }

    private static Dictionary<string, IArrowType> TypesOf(TableWrite write)
    {
        var types = new Dictionary<string, IArrowType>(StringComparer.Ordinal);
        foreach (Field field in write.Schema.FieldsList)
            Add(types, FieldTree.InFiles(field), [], write.Matching);
        return types;
    }

    private static void Add(Dictionary<string, IArrowType> types, Field field, IReadOnlyList<string> above, ColumnMatching matching)
    {
        string[] path = [.. above, field.Name];
        types[LeafKey.Of(path, null, matching)] = types[LeafKey.Of(path, field.FieldId(), matching)] = field.DataType;
        foreach (Field member in (field.DataType as StructType)?.Fields ?? [])
            Add(types, member, path, matching);
    }
}
