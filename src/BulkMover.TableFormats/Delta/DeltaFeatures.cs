using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Delta;

/// <summary>The features of the Delta protocol and what we do with each; table features stand under their name in the protocol action.</summary>
public static class DeltaFeatures
{
    private const string BindsWriters = "it binds writers only";
    private const string NoReader = "its values have no equal here";

    /// <summary>What <c>readerFeatures</c> may name.</summary>
    internal static FeatureList OfReaders { get; } = new("delta",
    [
        Read("columnMapping", "Column Mapping"),
        Read("deletionVectors", "Deletion Vectors"),
        Read("timestampNtz", "Timestamp without timezone (TimestampNtz)"),
        Read("typeWidening", "Type Widening"),
        Read("typeWidening-preview", "Type Widening"),
        Read("v2Checkpoint", "V2 Checkpoint Table Feature"),
        Harmless("vacuumProtocolCheck", "VACUUM Protocol Check", "it binds VACUUM only"),
        Read("variantType", "Variant Data Type"),
        Read("variantType-preview", "Variant Data Type"),
        Read("variantShredding", "Variant Shredding"),
        Read("variantShredding-preview", "Variant Shredding"),
        .. CatalogManaged("catalogManaged", "catalogOwned", "catalogOwned-preview"),
    ]);

    /// <summary>What <c>writerFeatures</c> alone may name.</summary>
    internal static FeatureList OfWriters { get; } = new("delta",
    [
        WriterOnly("appendOnly", "Append-only Tables"),
        WriterOnly("invariants", "Column Invariants"),
        WriterOnly("checkConstraints", "CHECK Constraints"),
        WriterOnly("generatedColumns", "Generated Columns"),
        WriterOnly("allowColumnDefaults", "Default Columns"),
        WriterOnly("changeDataFeed", "Add CDC File"),
        WriterOnly("identityColumns", "Identity Columns"),
        Read("rowTracking", "Row Tracking"),
        WriterOnly("domainMetadata", "Domain Metadata"),
        WriterOnly("icebergCompatV1", "Iceberg Compatibility V1"),
        WriterOnly("icebergCompatV2", "Iceberg Compatibility V2"),
        WriterOnly("clustering", "Clustered Table"),
        Read("inCommitTimestamp", "In-Commit Timestamps"),
    ]);

    public static FeatureList All { get; } = new("delta",
    [
        Read("minReaderVersion 1", "Reader Version Requirements"),
        Read("minReaderVersion 2", "Reader Version Requirements"),
        Read("minReaderVersion 3", "Reader Version Requirements"),
        Refused("minReaderVersion 4 and above", "Reader Version Requirements", "versions up to 3 are known; a newer BulkMover may read it"),

        .. OfReaders.Features,
        Harmless("columnMapping in mode none", "Column Mapping", "columns are found by the names that they show"),
        Refused("columnMapping in another mode", "Column Mapping", "columns would not be found in the files"),
        Refused("typeWidening with an unknown change", "Reader Requirements for Type Widening", "older files hold another type"),
        Refused("another reader feature", "Table Features", "this reader feature is not known; a newer BulkMover may read it"),
        .. OfWriters.Features,
        WriterOnly("another writer feature", "Valid Feature Names in Table Features"),

        .. Types("Primitive Types", "string", "long", "integer", "short", "byte", "float", "double", "decimal", "boolean", "binary"),
        .. Types("Primitive Types", "date", "timestamp", "timestamp_ntz", "void"),
        Read("type struct", "Struct Type"),
        Read("type array", "Array Type"),
        Read("type map", "Map Type"),
        Read("type variant", "Variant Type"),
        Refused("another type", "Primitive Types", NoReader),

        Read("commits", "Delta Log Entries"),
        Read("classic checkpoint", "Classic checkpoint"),
        Read("multi-part checkpoint", "Multi-part checkpoint"),
        Read("UUID-named checkpoint", "UUID-named checkpoint"),
        Read("sidecar files", "Sidecar Files"),
        Harmless("log compaction files", "Log Compaction Files", "the commits that they sum up are read"),
        Harmless("last checkpoint file", "Last Checkpoint File", "it is a hint, and the log is listed"),
        Harmless("version checksum file", "Version Checksum File", "it is for checks by writers"),
        Harmless("change data files", "Change Data Files", "they hold what changed, not what the table has"),

        Read("parquet data files", "Format Specification"),
        Refused("data files of another format", "Format Specification", "only Parquet data files are read"),
        Read("partition values", "Partition Value Serialization"),
        Read("per-file statistics", "Per-file Statistics"),
    ]);

    private static TableFeature Read(string name, string section) => new(name, FeatureState.Read, Section(section));

    private static TableFeature Harmless(string name, string section, string why) => new(name, FeatureState.Harmless, Section(section), why);

    private static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, Section(section), why);

    private static TableFeature WriterOnly(string name, string section) => Harmless(name, section, BindsWriters);

    private static IEnumerable<TableFeature> Types(string section, params string[] names) => names.Select(name => Read($"type {name}", section));

    private static IEnumerable<TableFeature> CatalogManaged(params string[] names) => names.Select(name => Refused(
        name, "Catalog-managed tables", "its catalog alone knows which commits count; the files may be behind or ahead of it"));

    private static string Section(string name) => $"Delta PROTOCOL.md, \"{name}\"";
}
