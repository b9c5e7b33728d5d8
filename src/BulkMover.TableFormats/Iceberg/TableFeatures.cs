using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>Finds in <see cref="IcebergFeatures"/> what a table uses, as far as its metadata document tells (invariant 8).</summary>
internal static class TableFeatures
{
    public static IEnumerable<TableFeature> Of(TableMetadata metadata, Snapshot? snapshot, IcebergSchema schema)
    {
        FeatureList all = IcebergFeatures.All;
        yield return all[$"format version {metadata.FormatVersion}"];
        foreach (TableFeature feature in schema.Features.Distinct())
            yield return feature;
        if (snapshot?.KeyId is not null)
            yield return all["encryption"];
        if (metadata.Properties.ContainsKey(NameMapping.Property))
            yield return all["name mapping"];
        if (metadata.Schemas.Count > 1)
            yield return all["schema evolution"];
        if (metadata.Specs.Count > 1)
            yield return all["partition evolution"];
        foreach (TableFeature feature in Transforms(metadata))
            yield return feature;
        if (metadata.FormatVersion >= 3)
            yield return all["row lineage"];
        if (metadata.HasStatistics)
            yield return all["table statistics"];
    }

    /// <summary>The data or delete files of a format that is not Parquet.</summary>
    /// <param name="format">As manifests write it, in lower case.</param>
    /// <param name="kind"><c>data files</c>, <c>position deletes</c> or <c>equality deletes</c>.</param>
    public static TableFeature OfFiles(string format, string kind)
    {
        string other = kind == "data files" ? "data files of another format" : "deletes of another format";
        return IcebergFeatures.All.Find($"{format} {kind}") ?? IcebergFeatures.All[other] with { Name = $"{format} {kind}" };
    }

    /// <param name="name">As the schema writes it: <c>fixed(8)</c>. A type of the list that is written in an unknown way is another type.</param>
    public static TableFeature OfUnreadType(string name)
    {
        TableFeature? listed = IcebergFeatures.All.Find($"type {name.Split('(')[0]}");
        return (listed is { State: FeatureState.Refused } ? listed : IcebergFeatures.All["another type"]) with { Name = $"type {name}" };
    }

    private static IEnumerable<TableFeature> Transforms(TableMetadata metadata) => metadata.Specs.Values
        .SelectMany(spec => spec.Fields).Select(field => field.Transform).Distinct()
        .Select(transform => transform.Kind == TransformKind.Unknown
            ? IcebergFeatures.All["another partition transform"] with { Name = $"unknown partition transform {transform.Text}" }
            : IcebergFeatures.All[$"partition transform {transform.Kind.ToString().ToLowerInvariant()}"] with { Name = $"partition transform {transform.Text}" });
}
