using System.Text.Json.Nodes;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>A table as it was when it was loaded.</summary>
/// <param name="Document">Its metadata with everything that is in it, also what is not known here: that stays.</param>
/// <param name="Metadata">What is known of it.</param>
/// <param name="File">The document; for a table of a catalog that does not tell, the table's directory.</param>
internal sealed record TableState(JsonObject Document, TableMetadata Metadata, Location File)
{
    /// <summary>Without a slash at the end: paths are made by appending to it.</summary>
    public string Location => Metadata.Location.TrimEnd('/');

    /// <summary>The <c>table-uuid</c>: another table in its place has another. Null in documents without one.</summary>
    public string? Id => (string?)Document["table-uuid"];

    public int LastColumnId => (int?)Document["last-column-id"] ?? 0;

    public long LastSequenceNumber => (long?)Document["last-sequence-number"] ?? 0;

    /// <summary>Its rows have ids ("Row Lineage").</summary>
    public bool HasRowIds => Metadata.FormatVersion >= FormatVersions.WithRowIds;

    /// <summary>Higher than all ids of its rows; null in versions without, and where the document does not tell it.</summary>
    public long? NextRowId => HasRowIds && Document["next-row-id"] is JsonValue value && value.TryGetValue(out long next) && next >= 0 ? next : null;

    public DateTimeOffset LastUpdated => DateTimeOffset.FromUnixTimeMilliseconds((long?)Document["last-updated-ms"] ?? 0);

    public Snapshot? Current => Metadata.CurrentSnapshotId is { } id ? Metadata.Snapshots.FirstOrDefault(snapshot => snapshot.Id == id) : null;

    /// <summary>The JSON of the schema with the id.</summary>
    public JsonObject SchemaOf(int id) => Document["schemas"]!.AsArray().Select(schema => schema!.AsObject()).First(schema => (int?)schema["schema-id"] == id);

    /// <summary>All snapshots that it keeps.</summary>
    public IEnumerable<JsonObject> Snapshots => (Document["snapshots"] as JsonArray ?? []).OfType<JsonObject>();

    /// <summary>The summaries of all snapshots, with the operation among them.</summary>
    public IEnumerable<(long Snapshot, JsonObject Summary)> Summaries() =>
        Metadata.Snapshots.Zip(Snapshots, (snapshot, json) => (snapshot.Id, json["summary"] as JsonObject ?? []));

    /// <summary>A snapshot's sequence number; 0 in tables of version 1, which have none.</summary>
    public static long NumberOf(JsonObject snapshot) => (long?)snapshot["sequence-number"] ?? 0;
}
