using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Schemas;

/// <summary>
/// The property <c>schema.name-mapping.default</c> (Iceberg spec, "Column Projection" and "Name Mapping Serialization"): which names stand
/// for which field ids in data files without ids. The reader of such a file looks for the names; files with ids are not concerned.
/// </summary>
internal static class NameMapping
{
    public const string Property = "schema.name-mapping.default";

    /// <summary>The schema with the names at its fields; the schema itself when the table has no mapping.</summary>
    /// <exception cref="CorruptTableException">The property is not a name mapping.</exception>
    public static IcebergSchema Apply(IcebergSchema schema, TableMetadata metadata, string file)
    {
        if (!metadata.Properties.TryGetValue(Property, out string? json))
            return schema;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            var names = new Dictionary<int, IReadOnlyList<string>>();
            Collect(new MetadataNode(document.RootElement, Property, file), names);
            return schema with { Arrow = new Schema(Rename(schema.Arrow.FieldsList, names), null) };
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new CorruptTableException("iceberg.metadata_invalid", $"The property '{Property}' in '{file}' is not JSON: {error.Message}", error);
        }
    }

    /// <summary>
    /// Whether the mapping leads from the name of each field, at every level, to that field and to no other: readers then find the columns of a file without ids by the names that
    /// they have in the table.
    /// </summary>
    /// <param name="json">The property; what is no mapping leads nowhere.</param>
    /// <param name="fields">With ids.</param>
    public static bool IsOfOwnNames(string json, IEnumerable<Field> fields)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            return IsOfOwnNames(new MetadataNode(document.RootElement, Property, Property), fields);
        }
        catch (Exception error) when (error is JsonException or CorruptTableException)
        {
            return false;
        }
    }

    private static bool IsOfOwnNames(MetadataNode mapping, IEnumerable<Field> fields)
    {
        MetadataNode[] all = [.. mapping.Items()];
        return fields.All(field => all.Where(one => one.Required("names").Items().Any(name => name.AsString() == field.Name)).ToArray() is [var own]
            && own.Optional("field-id")?.AsInt() == field.FieldId()
            && FieldTree.Children(field.DataType).ToArray() is var children
            && (children.Length == 0 || (own.Optional("fields") is { } below && IsOfOwnNames(below, children))));
    }

    private static void Collect(MetadataNode fields, Dictionary<int, IReadOnlyList<string>> names)
    {
        foreach (MetadataNode field in fields.Items())
        {
            // A mapping without an id names a column of the files that the table does not have.
            if (field.Optional("field-id") is { } id)
                names[id.AsInt()] = [.. field.Required("names").Items().Select(name => name.AsString())];
            if (field.Optional("fields") is { } children)
                Collect(children, names);
        }
    }

    private static List<Field> Rename(IEnumerable<Field> fields, Dictionary<int, IReadOnlyList<string>> names) =>
        [.. fields.Select(field => Rename(field, names))];

    private static Field Rename(Field field, Dictionary<int, IReadOnlyList<string>> names)
    {
        var renamed = new Field(field.Name, Rename(field.DataType, names), field.IsNullable, field.Metadata);
        return names.TryGetValue(field.FieldId()!.Value, out IReadOnlyList<string>? mapped) ? renamed.WithMappedNames(mapped) : renamed;
    }

    private static IArrowType Rename(IArrowType type, Dictionary<int, IReadOnlyList<string>> names) => type switch
    {
        StructType group => new StructType(Rename(group.Fields, names)),
        ListType list => new ListType(Rename(list.ValueField, names)),
        MapType map => new MapType(Rename(map.KeyField, names), Rename(map.ValueField, names)),
        _ => type,
    };
}
