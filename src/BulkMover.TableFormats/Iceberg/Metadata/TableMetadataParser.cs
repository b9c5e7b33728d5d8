using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>Reads a metadata.json of format version 1 to 3 (Iceberg spec, "Table Metadata Fields" and Appendix C).</summary>
internal static class TableMetadataParser
{
    private const int HighestVersion = 3;

    /// <summary>Deep enough for any schema; bounds the recursion over nested types.</summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <exception cref="CorruptTableException">A field is missing or mistyped; the message names it.</exception>
    /// <exception cref="UnsupportedFeatureException">The format version is higher than 3.</exception>
    public static TableMetadata Parse(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            return Parse(document.RootElement, file);
        }
        catch (JsonException error)
        {
            throw NotJson(file, error);
        }
    }

    /// <summary>Reads a document that is part of another one, as a catalog's answer has it; same errors.</summary>
    public static TableMetadata Parse(JsonElement json, string file)
    {
        try
        {
            return Parse(new MetadataNode(json, "", file), file);
        }
        catch (InvalidOperationException error)
        {
            // This is how System.Text.Json reports text that is not valid Unicode.
            throw NotJson(file, error);
        }
    }

    private static CorruptTableException NotJson(string file, Exception error) =>
        new("iceberg.metadata_invalid", $"'{file}' is not a JSON document: {error.Message}", error);

    private static TableMetadata Parse(MetadataNode root, string file)
    {
        int version = root.Required("format-version").AsInt();
        if (version is < 1 or > HighestVersion)
        {
            throw new UnsupportedFeatureException("iceberg.version_unsupported",
                $"'{file}' has format version {version}; versions up to {HighestVersion} are known. Use a newer bulkmover.");
        }

        Dictionary<int, IcebergSchema> schemas = Schemas(root, version);
        Dictionary<int, PartitionSpec> specs = Specs(root, version);
        return new TableMetadata
        {
            FormatVersion = version,
            Location = root.Required("location").AsString(),
            Schemas = schemas,
            CurrentSchema = Named(root, schemas, "current-schema-id", "schemas"),
            Specs = specs,
            DefaultSpec = Named(root, specs, "default-spec-id", "partition-specs"),
            DefaultSortOrder = DefaultSortOrder(root, version),
            Properties = Properties(root),
            Snapshots = [.. (root.Optional("snapshots")?.Items() ?? []).Select(ParseSnapshot)],
            CurrentSnapshotId = root.Optional("current-snapshot-id")?.AsId() is { } id and not -1 ? id : null,
            SnapshotLog = [.. (root.Optional("snapshot-log")?.Items() ?? []).Select(ParseLogEntry)],
            References = References(root),
            HasStatistics = root.Optional("statistics")?.Items().Any() ?? false,
        };
    }

    private static Dictionary<int, IcebergSchema> Schemas(MetadataNode root, int version)
    {
        // v1 writers give `schema`, newer ones `schemas` as well; v2 requires the list.
        IEnumerable<MetadataNode> all = version == 1 && root.Optional("schemas") is null
            ? [root.Required("schema")]
            : root.Required("schemas").Items();
        return ById(all, SchemaParser.Parse, schema => schema.Id);
    }

    private static Dictionary<int, PartitionSpec> Specs(MetadataNode root, int version)
    {
        if (version == 1 && root.Optional("partition-specs") is null)
            return ById([root.Required("partition-spec")], fields => PartitionSpecParser.Parse(0, fields), spec => spec.Id);
        if (version > 1)
            root.Required("last-partition-id").AsInt();
        return ById(
            root.Required("partition-specs").Items(),
            spec => PartitionSpecParser.Parse(spec.Required("spec-id").AsInt(), spec.Required("fields")),
            spec => spec.Id);
    }

    /// <summary>The entry that an id field names; a v1 document without the list has one entry and need not name it.</summary>
    private static T Named<T>(MetadataNode root, Dictionary<int, T> entries, string idField, string listField)
    {
        if (root.Optional(listField) is null)
            return entries.Values.Single();
        MetadataNode id = root.Required(idField);
        return entries.TryGetValue(id.AsInt(), out T? entry) ? entry : throw id.Wrong($"an id that '{listField}' has; {id.AsInt()} is not");
    }

    private static SortOrder DefaultSortOrder(MetadataNode root, int version)
    {
        if (version == 1 && root.Optional("sort-orders") is null)
            return SortOrder.Unsorted;
        MetadataNode id = root.Required("default-sort-order-id");
        Dictionary<int, SortOrder> orders = ById(root.Required("sort-orders").Items(), ParseSortOrder, order => order.Id);
        if (orders.TryGetValue(id.AsInt(), out SortOrder? named))
            return named;
        // Order id 0 is reserved for the unsorted order and need not be listed.
        return id.AsInt() == 0 ? SortOrder.Unsorted : throw id.Wrong($"an id that 'sort-orders' has; {id.AsInt()} is not");
    }

    private static SortOrder ParseSortOrder(MetadataNode json) => new(json.Required("order-id").AsInt(), [.. json.Required("fields").Items().Select(field =>
        new SortOrderField(
            field.Optional("source-id")?.AsInt() ?? 0,
            Transform.Parse(field.Required("transform").AsString()),
            field.Required("direction").AsString() == "desc"))]);

    private static Dictionary<string, string> Properties(MetadataNode root)
    {
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach ((string name, MetadataNode value) in root.Optional("properties")?.Members() ?? [])
            properties[name] = value.AsString();
        return properties;
    }

    private static Snapshot ParseSnapshot(MetadataNode json)
    {
        string? manifestList = json.Optional("manifest-list")?.AsString();
        return new Snapshot
        {
            Id = json.Required("snapshot-id").AsId(),
            CommittedAt = Instant(json.Required("timestamp-ms")),
            ManifestList = manifestList,
            Manifests = manifestList is null ? [.. json.Required("manifests").Items().Select(path => path.AsString())] : [],
            Operation = json.Optional("summary")?.Optional("operation")?.AsString(),
            SchemaId = json.Optional("schema-id")?.AsInt(),
            KeyId = json.Optional("key-id")?.AsString(),
        };
    }

    private static SnapshotLogEntry ParseLogEntry(MetadataNode json) =>
        new(Instant(json.Required("timestamp-ms")), json.Required("snapshot-id").AsId());

    private static Dictionary<string, SnapshotReference> References(MetadataNode root)
    {
        var references = new Dictionary<string, SnapshotReference>(StringComparer.Ordinal);
        foreach ((string name, MetadataNode value) in root.Optional("refs")?.Members() ?? [])
            references[name] = new SnapshotReference(value.Required("snapshot-id").AsId(), value.Required("type").AsString() == "branch");
        return references;
    }

    private static DateTimeOffset Instant(MetadataNode json)
    {
        long milliseconds = json.AsLong();
        long last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= last
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : throw json.Wrong("milliseconds since 1970 of a year up to 9999");
    }

    private static Dictionary<int, T> ById<T>(IEnumerable<MetadataNode> list, Func<MetadataNode, T> parse, Func<T, int> id)
    {
        var entries = new Dictionary<int, T>();
        foreach (MetadataNode json in list)
        {
            T entry = parse(json);
            if (!entries.TryAdd(id(entry), entry))
                throw json.Wrong($"the only entry with the id {id(entry)}");
        }

        return entries;
    }
}
