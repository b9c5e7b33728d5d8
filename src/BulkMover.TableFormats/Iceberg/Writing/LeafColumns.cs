using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>A column of data files whose metrics manifests keep.</summary>
/// <param name="Id">Its field id.</param>
/// <param name="Type">Its type in the table.</param>
/// <param name="HasCounts">The number of its values and nulls is kept.</param>
/// <param name="BoundLength">To how many code points or bytes its bounds are cut; 0 for a column without bounds.</param>
internal readonly record struct LeafColumn(int Id, IArrowType Type, bool HasCounts, int BoundLength);

/// <summary>Finds the leaf columns of a schema for what data files tell of theirs.</summary>
internal sealed class LeafColumns
{
    private const string DefaultMode = "write.metadata.metrics.default", ColumnMode = "write.metadata.metrics.column.";

    /// <summary>"truncate(16)" is the mode of tables that do not say (Iceberg docs, "Configuration").</summary>
    private const int UsualLength = 16;

    private readonly Dictionary<int, LeafColumn> byId = [];
    private readonly Dictionary<string, LeafColumn> byPath = new(StringComparer.Ordinal);

    /// <param name="schema">The table's.</param>
    /// <param name="properties">The table's, which say how much is kept of each column.</param>
    public LeafColumns(IcebergSchema schema, IReadOnlyDictionary<string, string> properties)
    {
        string mode = properties.GetValueOrDefault(DefaultMode, "");
        foreach (Field column in schema.Arrow.FieldsList)
            Add(column, [column.Name], column.Name, isRepeated: false, mode, properties);
    }

    /// <summary>Files that were not written for the table may have no ids: their columns are found by their names, as the name mapping has them.</summary>
    public LeafColumn? Find(LeafMetrics metrics) => metrics.FieldId is { } id
        ? byId.TryGetValue(id, out LeafColumn found) ? found : null
        : byPath.TryGetValue(string.Join('\0', metrics.Path), out LeafColumn named) ? named : null;

    /// <param name="field">A field of any level.</param>
    /// <param name="path">Its names in Parquet.</param>
    /// <param name="name">Its names in Iceberg, by which properties name it.</param>
    /// <param name="isRepeated">Inside of a list or map there are counts but no bounds.</param>
    /// <param name="mode">How much is kept of columns that nothing is said of.</param>
    /// <param name="properties">The table's.</param>
    private void Add(Field field, string[] path, string name, bool isRepeated, string mode, IReadOnlyDictionary<string, string> properties)
    {
        switch (field.DataType)
        {
            case ListType list:
                Add(list.ValueField, [.. path, "list", "element"], $"{name}.element", isRepeated: true, mode, properties);
                break;
            case MapType map:
                Add(map.KeyField, [.. path, "key_value", "key"], $"{name}.key", isRepeated: true, mode, properties);
                Add(map.ValueField, [.. path, "key_value", "value"], $"{name}.value", isRepeated: true, mode, properties);
                break;
            case StructType group:
                foreach (Field member in group.Fields)
                    Add(member, [.. path, member.Name], $"{name}.{member.Name}", isRepeated, mode, properties);
                break;
            default:
                (bool hasCounts, int length) = Read(properties.GetValueOrDefault(ColumnMode + name, mode));
                var leaf = new LeafColumn(field.FieldId()!.Value, field.DataType, hasCounts, isRepeated ? 0 : length);
                byId[leaf.Id] = byPath[string.Join('\0', path)] = leaf;
                break;
        }
    }

    private static (bool HasCounts, int BoundLength) Read(string mode)
    {
        string text = mode.Trim().ToLowerInvariant();
        return text switch
        {
            "none" => (false, 0),
            "counts" => (true, 0),
            "full" => (true, int.MaxValue),
            _ when text.StartsWith("truncate(", StringComparison.Ordinal) && text.EndsWith(')')
                && int.TryParse(text["truncate(".Length..^1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) && length > 0 => (true, length),
            _ => (true, UsualLength),
        };
    }
}
