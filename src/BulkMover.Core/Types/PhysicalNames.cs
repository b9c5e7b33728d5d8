using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>
/// The name that a column keeps in data files and in the metadata about them, however the table renames it (Delta PROTOCOL.md, "Column
/// Mapping"). Kept in Arrow field metadata, at every level of the schema.
/// </summary>
public static class PhysicalNames
{
    private const string Key = "BULKMOVER:physical_name";

    /// <summary>The physical name; the field's own where the table maps none.</summary>
    public static string PhysicalName(this Field field) =>
        field.HasMetadata && field.Metadata.TryGetValue(Key, out string? name) ? name : field.Name;

    /// <summary>A copy of the field that carries the name.</summary>
    public static Field WithPhysicalName(this Field field, string name)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = name;
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }
}
