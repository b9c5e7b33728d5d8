using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>What a table says of a column for people (Iceberg spec, "Schemas": <c>doc</c>). Kept in Arrow field metadata, at every level of the schema.</summary>
public static class FieldDocs
{
    private const string Key = "BULKMOVER:doc";

    /// <summary>The text; null when the table says nothing.</summary>
    public static string? Doc(this Field field) => field.HasMetadata && field.Metadata.TryGetValue(Key, out string? doc) ? doc : null;

    /// <summary>A copy of the field that carries the text.</summary>
    public static Field WithDoc(this Field field, string doc)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = doc;
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }
}
