using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>What fields of a table have in rows that lack them (Iceberg spec, "Default values", <c>write-default</c>).</summary>
/// <param name="schema">Of the table.</param>
/// <param name="table">The table, for messages.</param>
internal sealed class WriteDefaults(IcebergSchema schema, string table)
{
    /// <summary>Of text or bytes: a batch of the usual number of rows has 64 MiB of it then, and nothing comes near the 2 GiB that its column could hold.</summary>
    private const int MostBytes = 1024;

    /// <summary>A field that the rows lack and that has another default than null, in rows from before it or in new ones: left out of files it would have the former.</summary>
    public bool AreOf(Field field) => schema.WriteDefaults.ContainsKey(field.FieldId()!.Value) || field.InitialDefault() is not null;

    /// <summary>The field's value, as metadata have it; null where it has none.</summary>
    public JsonNode? Json(Field field) => schema.WriteDefaults.TryGetValue(field.FieldId()!.Value, out MetadataNode value) ? value.ToJson() : null;

    /// <summary>The column with what all new rows have in it (<see cref="InitialDefaults"/>): "the write default for a field must be written if a field is not supplied".</summary>
    /// <param name="column">One that has a default.</param>
    /// <exception cref="TargetException">It requires a value and has none for new rows, or not one that is written.</exception>
    public Field Filled(Field column)
    {
        Field filled = column.WithoutInitialDefault();
        if (!schema.WriteDefaults.TryGetValue(column.FieldId()!.Value, out MetadataNode value))
            return column.IsNullable ? filled : throw Missing(column.Name, "the rows");
        if (column.DataType is NestedType or NullType || column.IsVariant() || column.IsGeo())
            throw NotWritten(column.Name, SchemaJson.Describe(column));
        object parsed = Parse(value, column);
        return parsed is byte[] { Length: > MostBytes and var length } ? throw TooLong(column.Name, length) : filled.WithInitialDefault(parsed);
    }

    /// <exception cref="TargetException">Nothing tells what new rows have in a member of a struct.</exception>
    public void RefuseMember(Field member, string path)
    {
        if (AreOf(member))
            throw NotWritten(path, "a member of a struct");
    }

    /// <param name="name">Of a field that the table requires.</param>
    /// <param name="where">What lacks it.</param>
    public TargetException Missing(string name, string where) => new("iceberg.column_missing",
        $"The table '{table}' requires '{name}', which {where} lack. Copy the column, or make it optional in the table.");

    private object Parse(MetadataNode value, Field column)
    {
        try
        {
            return DefaultValue.Parse(value, column);
        }
        catch (CorruptTableException error)
        {
            // Of the target, and readers do not look at it: no older document of the source is the way out.
            throw new TargetException("iceberg.default_invalid",
                $"The rows lack '{column.Name}', for which the table '{table}' has a default that is no {SchemaJson.Describe(column)}. Copy the column, or correct its default in the table.", error);
        }
    }

    private TargetException TooLong(string name, int bytes) => new("iceberg.default_too_long",
        $"The rows lack '{name}', for which the table '{table}' has a default of {bytes:N0} bytes. Up to {MostBytes:N0} bytes are written into every row. Copy the column, or give it a shorter default.");

    private TargetException NotWritten(string path, string what) => new("iceberg.default_not_written",
        $"The rows lack '{path}', for which the table '{table}' has a default. It is {what}, and there defaults are not written. Copy the column, or drop its default.");
}
