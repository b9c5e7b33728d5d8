using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Schemas;

namespace BulkMover.TableFormats.Delta;

/// <summary>The gate of the format: each feature that a table uses, and what we do with it (invariant 8).</summary>
internal static class DeltaFeatures
{
    private const int HighestReaderVersion = 3;

    /// <param name="protocol">Of the snapshot.</param>
    /// <param name="metadata">Of the snapshot.</param>
    /// <param name="schema">Of the snapshot.</param>
    public static IReadOnlyList<TableFeature> Of(TableProtocol protocol, TableMetadata metadata, DeltaSchema schema)
    {
        var features = new List<TableFeature>();
        if (protocol.MinReaderVersion > HighestReaderVersion)
        {
            features.Add(Refused($"minReaderVersion {protocol.MinReaderVersion}", "Reader Version Requirements",
                $"versions up to {HighestReaderVersion} are known; a newer BulkMover may read it"));
        }

        if (!string.Equals(metadata.Format?.Provider ?? "parquet", "parquet", StringComparison.OrdinalIgnoreCase))
            features.Add(Refused($"format {metadata.Format!.Provider}", "Format Specification", "only Parquet data files are read"));

        string[] required = protocol.MinReaderVersion == 2 ? ["columnMapping"] : [.. protocol.ReaderFeatures ?? []];
        ColumnMappingMode mapping = ColumnMapping.ModeOf(protocol, metadata);
        features.AddRange(required.Distinct(StringComparer.Ordinal).Select(name => Required(name, metadata, mapping, schema)));
        features.AddRange(schema.UnreadableTypes);
        features.AddRange((protocol.WriterFeatures ?? []).Except(required, StringComparer.Ordinal)
            .Select(name => name == RowTracking.Feature ? Read(name, "Row Tracking") : Harmless(name, "Valid Feature Names in Table Features", "it binds writers only")));
        return features;
    }

    private static TableFeature Required(string name, TableMetadata metadata, ColumnMappingMode mapping, DeltaSchema schema) => name switch
    {
        "columnMapping" => Mapping(name, mapping, metadata),
        "deletionVectors" => Read(name, "Deletion Vectors"),
        "timestampNtz" => Read(name, "Timestamp without timezone (TimestampNtz)"),
        "v2Checkpoint" => Read(name, "V2 Checkpoint Table Feature"),
        "vacuumProtocolCheck" => Harmless(name, "VACUUM Protocol Check", "it binds VACUUM only"),
        "typeWidening" or "typeWidening-preview" => schema.UnsupportedChange is null
            ? Read(name, "Type Widening")
            : Refused(name, "Type Widening", schema.UnsupportedChange),
        "variantType" or "variantType-preview" or "variantShredding" or "variantShredding-preview" => schema.HasVariant
            ? Refused(name, "Variant Data Type", "there is no reader for variant columns yet")
            : Harmless(name, "Variant Data Type", "no column of this version is a variant"),
        "catalogManaged" or "catalogOwned" or "catalogOwned-preview" =>
            Refused(name, "Catalog-managed tables", "its catalog alone knows which commits count; the files may be behind or ahead of it"),
        _ => Refused(name, "Table Features", "this reader feature is not known; a newer BulkMover may read it"),
    };

    private static TableFeature Mapping(string name, ColumnMappingMode mode, TableMetadata metadata) => mode switch
    {
        ColumnMappingMode.None => Harmless(name, "Column Mapping", "the table's mode is none"),
        ColumnMappingMode.Unknown => Refused(name, "Column Mapping",
            $"the mode is '{ColumnMapping.ModeText(metadata)}', which is not known, and columns would not be found in the files"),
        _ => Read(name, "Column Mapping"),
    };

    private static TableFeature Read(string name, string section) => new(name, FeatureState.Read, Section(section));

    private static TableFeature Harmless(string name, string section, string why) => new(name, FeatureState.Harmless, Section(section), why);

    private static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, Section(section), why);

    private static string Section(string name) => $"Delta PROTOCOL.md, \"{name}\"";
}
