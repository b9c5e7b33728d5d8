using System.Text.Json;
using System.Text.Json.Serialization;
using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>
/// Names under which a column is found in data files whose columns carry no field ids at all, such as files of a table that was migrated
/// from Hive (Iceberg spec, "Column Projection", name mapping). Kept in Arrow field metadata, at every level of the schema.
/// </summary>
public static partial class MappedNames
{
    private const string Key = "BULKMOVER:mapped_names";

    /// <summary>The names, any of which may stand in the file beside its siblings; null when the table maps none to this field.</summary>
    public static IReadOnlyList<string>? GetMappedNames(this Field field) =>
        field.HasMetadata && field.Metadata.TryGetValue(Key, out string? names) ? JsonSerializer.Deserialize(names, Json.Default.StringArray) : null;

    /// <summary>A copy of the field that carries the names.</summary>
    public static Field WithMappedNames(this Field field, IReadOnlyList<string> names)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = JsonSerializer.Serialize([.. names], Json.Default.StringArray);
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }

    [JsonSerializable(typeof(string[]))]
    private sealed partial class Json : JsonSerializerContext;
}
