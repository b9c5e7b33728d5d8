using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>Names what a table uses, as far as its metadata document tells (invariant 8).</summary>
internal static class TableFeatures
{
    public static IEnumerable<TableFeature> Of(TableMetadata metadata, Snapshot? snapshot, IcebergSchema schema)
    {
        yield return Read($"format version {metadata.FormatVersion}", "Format Versioning");
        foreach (UnreadType type in schema.Unread.Distinct())
            yield return Refused(type.Name, type.Section, "its values would be lost");
        if (snapshot?.KeyId is not null)
            yield return Refused("encryption", "Encryption Keys", "the manifest list is encrypted");
        if (metadata.Properties.ContainsKey(NameMapping.Property))
            yield return Read("name mapping", "Column Projection");
        if (metadata.Schemas.Count > 1)
            yield return Read("schema evolution", "Schema Evolution");
        if (metadata.Specs.Count > 1)
            yield return Read("partition evolution", "Partition Evolution");
        if (schema.Arrow.FieldsList.Any(HasDefault))
            yield return Read("default values", "Default values");
        foreach (TableFeature feature in Transforms(metadata))
            yield return feature;
        if (metadata.FormatVersion >= 3)
            yield return Read("row lineage", "Row Lineage");
        if (metadata.HasStatistics)
            yield return Harmless("table statistics", "Table Statistics");
    }

    public static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, Section(section), why);

    public static TableFeature Harmless(string name, string section) => new(name, FeatureState.Harmless, Section(section));

    public static TableFeature Read(string name, string section) => new(name, FeatureState.Read, Section(section));

    private static bool HasDefault(Field field) => field.InitialDefault() is not null || field.DataType is NestedType nested && nested.Fields.Any(HasDefault);

    private static IEnumerable<TableFeature> Transforms(TableMetadata metadata) => metadata.Specs.Values
        .SelectMany(spec => spec.Fields).Select(field => field.Transform).Distinct()
        .Select(transform => transform.Kind == TransformKind.Unknown
            ? Harmless($"unknown partition transform {transform.Text}", "Partitioning")
            : Read($"partition transform {transform.Text}", "Partition Transforms"));

    private static string Section(string section) => $"Iceberg spec, \"{section}\"";
}
