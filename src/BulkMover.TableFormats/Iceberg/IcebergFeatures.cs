using BulkMover.Core.Tables;

namespace BulkMover.TableFormats.Iceberg;

/// <summary>The features of the Iceberg specification, versions 1 to 3, and what we do with each.</summary>
public static class IcebergFeatures
{
    private const string RowsComeBack = "deleted rows would come back; compact the table to read it";
    private const string OtherFile = "the files cannot be read; rewrite them as Parquet";
    private const string NoReader = "its values would be lost; drop the column to read the others";
    private const string BindsWriters = "it binds writers only";

    public static FeatureList All { get; } = new(IcebergTable.FormatName,
    [
        Read("format version 1", "Version 1: Analytic Data Tables"),
        Read("format version 2", "Version 2: Row-level Deletes"),
        Read("format version 3", "Version 3: Extended Types and Capabilities"),
        Refused("format version 4 and above", "Format Versioning", "a newer BulkMover may read it"),

        Read("gzipped metadata.json", "Naming for GZIP compressed Metadata JSON files"),
        Read("snapshots", "Snapshots"),
        Read("manifests without a manifest list", "Snapshots"),
        Read("branches and tags", "Snapshot References"),
        Read("column metrics", "Manifests"),
        Harmless("table statistics", "Table Statistics", "they help to optimize queries and say nothing about rows"),
        Harmless("partition statistics", "Partition Statistics", "they help to optimize queries and say nothing about rows"),
        Refused("encryption", "Encryption Keys", "the manifest list is encrypted"),
        Harmless("key metadata", "Manifest Lists", "it is a key alone; a file that is encrypted is refused when it is opened"),

        Read("parquet data files", "Appendix A, Parquet"),
        Refused("avro data files", "Appendix A, Avro", OtherFile),
        Refused("orc data files", "Appendix A, ORC", OtherFile),
        Refused("data files of another format", "Data File Fields", OtherFile),

        Read("position deletes", "Position Delete Files"),
        Refused("avro position deletes", "Position Delete Files", RowsComeBack),
        Refused("orc position deletes", "Position Delete Files", RowsComeBack),
        Read("equality deletes", "Equality Delete Files"),
        // What every delete column that cannot be compared is refused as.
        Refused("equality deletes by columns that cannot be compared", "Equality Delete Files", RowsComeBack),
        Refused("avro equality deletes", "Equality Delete Files", RowsComeBack),
        Refused("orc equality deletes", "Equality Delete Files", RowsComeBack),
        Read("deletion vectors", "Deletion Vectors"),
        Refused("deletes of another format", "Delete Formats", RowsComeBack),
        Puffin("blob deletion-vector-v1", FeatureState.Read),
        Puffin("blob apache-datasketches-theta-v1", FeatureState.Harmless, "it counts distinct values and says nothing about rows"),

        .. Types("Primitive Types", "boolean", "int", "long", "float", "double", "decimal", "date", "time", "timestamp", "timestamptz"),
        .. Types("Primitive Types", "timestamp_ns", "timestamptz_ns", "string", "uuid", "fixed", "binary"),
        .. Types("Nested Types", "struct", "list", "map"),
        Read("type unknown", "Primitive Types"),
        .. Types("Semi-structured Types", "variant"),
        .. Types("Primitive Types", "geometry", "geography"),
        Refused("another type", "Schemas and Data Types", NoReader),

        Read("schema evolution", "Schema Evolution"),
        Read("type promotion", "Schema Evolution"),
        Read("initial-default", "Default values"),
        Refused("initial-default of a list or map", "Default values", "files from before the column would show nulls; rewrite them"),
        Harmless("write-default", "Default values", BindsWriters),
        Read("name mapping", "Column Projection"),
        Read("partition values of columns that files lack", "Column Projection"),
        Harmless("identifier fields", "Identifier Field IDs", BindsWriters),
        Read("row lineage", "Row Lineage"),

        .. Transforms("identity", "bucket", "truncate", "year", "month", "day", "hour", "void"),
        Harmless("multi-argument partition transform", "Partitioning", "no file is ruled out by it"),
        Harmless("another partition transform", "Partitioning", "no file is ruled out by it"),
        Read("partition evolution", "Partition Evolution"),
        Read("sort orders", "Sorting"),
    ]);

    private static TableFeature Read(string name, string section) => new(name, FeatureState.Read, Section(section));

    private static TableFeature Harmless(string name, string section, string why) => new(name, FeatureState.Harmless, Section(section), why);

    private static TableFeature Refused(string name, string section, string why) => new(name, FeatureState.Refused, Section(section), why);

    private static IEnumerable<TableFeature> Types(string section, params string[] names) => names.Select(name => Read($"type {name}", section));

    private static IEnumerable<TableFeature> Transforms(params string[] names) =>
        names.Select(name => Read($"partition transform {name}", "Partition Transforms"));

    private static TableFeature Puffin(string name, FeatureState state, string? why = null) => new(name, state, "Puffin spec, \"Blob types\"", why);

    private static string Section(string section) => $"Iceberg spec, \"{section}\"";
}
