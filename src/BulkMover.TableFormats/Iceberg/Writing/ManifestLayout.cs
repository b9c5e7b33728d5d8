using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>What the manifests of added files have in common.</summary>
internal sealed class ManifestLayout
{
    /// <param name="schema">The table's.</param>
    /// <param name="schemaJson">The same, as metadata has it.</param>
    /// <param name="spec">How the files are partitioned.</param>
    /// <param name="columns">The values that files tell of their partition.</param>
    /// <param name="properties">The table's.</param>
    /// <param name="address">Where the table lies, without a slash at the end: what paths in metadata begin with.</param>
    /// <param name="formatVersion">The table's.</param>
    public ManifestLayout(
        IcebergSchema schema, string schemaJson, PartitionSpec spec, IReadOnlyList<PartitionColumn> columns, IReadOnlyDictionary<string, string> properties, string address, int formatVersion)
    {
        (Spec, Address, Leaves) = (spec, address, new LeafColumns(schema, properties));
        Values = [.. spec.Fields.Select(field => PlaceOf(field, columns, schema))];
        if (Values.Count(value => value.Place >= 0) != columns.Count)
            throw new TargetException("iceberg.table_changed", $"The table at '{address}' is partitioned in another way than its files were written. Begin again with --restart.");
        HasRowIds = formatVersion >= FormatVersions.WithRowIds;
        AvroSchema = ManifestSchemas.Added(spec, schema, HasRowIds);
        // "Manifest Metadata": what a reader needs to know of the table without its metadata document.
        Properties =
        [
            new("schema", schemaJson), new("schema-id", schema.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            new("partition-spec", SpecJson.Fields(spec).ToJsonString(PlainJson.Nodes)), new("partition-spec-id", spec.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            new("format-version", formatVersion.ToString(System.Globalization.CultureInfo.InvariantCulture)),
        ];
    }

    public PartitionSpec Spec { get; }

    public string Address { get; }

    /// <summary>Entries have what came with row ids: those, and where in its file a deletion vector is.</summary>
    public bool HasRowIds { get; }

    public LeafColumns Leaves { get; }

    public string AvroSchema { get; }

    /// <summary>Of data and deletes alike.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Properties { get; }

    /// <summary>For each field of the spec: which value of a file's partition it is, -1 for one that is always null; and its type.</summary>
    public IReadOnlyList<(int Place, IArrowType Type)> Values { get; }

    /// <summary>As metadata and delete files write the path of a file.</summary>
    /// <param name="below">The path below the table's directory.</param>
    public string PathOf(string below) => $"{Address}/{below}";

    private static (int Place, IArrowType Type) PlaceOf(PartitionField field, IReadOnlyList<PartitionColumn> columns, IcebergSchema schema)
    {
        int place = field.Transform.Kind == TransformKind.Void ? -1 : columns.ToList().FindIndex(column => column.Name == field.Name && column.Transform == field.Transform);
        return (place, field.ResultType(schema) ?? Int32Type.Default);
    }
}
