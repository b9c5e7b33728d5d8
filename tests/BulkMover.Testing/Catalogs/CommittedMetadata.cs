using System.Text.Json.Nodes;

namespace BulkMover.Testing.Catalogs;

/// <summary>
/// What a catalog makes of the metadata of a table when it is changed (OpenAPI, <c>TableRequirement</c>, <c>TableUpdate</c>). It is strict: an
/// update that does not go with the table is an error.
/// </summary>
internal static class CommittedMetadata
{
    /// <summary>A table that is nothing yet.</summary>
    public static JsonObject New() => JsonNode.Parse("""
        {"format-version":2,"last-sequence-number":0,"last-updated-ms":0,"last-column-id":0,"current-schema-id":0,"schemas":[],
         "default-spec-id":0,"partition-specs":[],"last-partition-id":999,"default-sort-order-id":0,"sort-orders":[],
         "properties":{},"current-snapshot-id":-1,"snapshots":[],"snapshot-log":[],"refs":{} }
        """)!.AsObject();

    /// <summary>Why the table is not what is required; null when it is.</summary>
    public static string? Problem(JsonObject? metadata, JsonObject requirement)
    {
        string type = (string)requirement["type"]!;
        if (type == "assert-create")
            return metadata is null ? null : "Requirement failed: table already exists";
        if (metadata is null)
            return "Requirement failed: table does not exist";
        (JsonNode? wanted, JsonNode? found) = type switch
        {
            "assert-table-uuid" => (requirement["uuid"], metadata["table-uuid"]),
            "assert-ref-snapshot-id" => (requirement["snapshot-id"], metadata["refs"]?[(string)requirement["ref"]!]?["snapshot-id"]),
            "assert-current-schema-id" => (requirement["current-schema-id"], metadata["current-schema-id"]),
            "assert-last-assigned-field-id" => (requirement["last-assigned-field-id"], metadata["last-column-id"]),
            "assert-default-spec-id" => (requirement["default-spec-id"], metadata["default-spec-id"]),
            _ => throw new InvalidOperationException($"No such requirement: {type}"),
        };
        return JsonNode.DeepEquals(wanted, found) ? null : $"Requirement failed: {type} expected {wanted}, found {found}";
    }

    public static void Apply(JsonObject metadata, JsonObject update)
    {
        switch ((string)update["action"]!)
        {
            case "assign-uuid": metadata["table-uuid"] = update["uuid"]!.DeepClone(); break;
            case "upgrade-format-version" when (int)update["format-version"]! >= (int)metadata["format-version"]!: metadata["format-version"] = update["format-version"]!.DeepClone(); break;
            case "set-location": metadata["location"] = update["location"]!.DeepClone(); break;
            case "add-schema":
                Add(metadata, "schemas", update["schema"]!, "schema-id");
                metadata["last-column-id"] = Math.Max((int)metadata["last-column-id"]!, Ids(update["schema"]!).Max());
                break;
            case "set-current-schema": metadata["current-schema-id"] = Chosen(metadata, update, "schemas", "schema-id"); break;
            case "add-spec": Add(metadata, "partition-specs", update["spec"]!, "spec-id"); break;
            case "set-default-spec": metadata["default-spec-id"] = Chosen(metadata, update, "partition-specs", "spec-id"); break;
            case "add-sort-order": Add(metadata, "sort-orders", update["sort-order"]!, "order-id"); break;
            case "set-default-sort-order":
                metadata["default-sort-order-id"] = (int)update["sort-order-id"]! == -1 ? metadata["sort-orders"]!.AsArray()[^1]!["order-id"]!.DeepClone() : update["sort-order-id"]!.DeepClone();
                break;
            case "set-properties":
                foreach ((string name, JsonNode? value) in update["updates"]!.AsObject())
                    metadata["properties"]![name] = value!.DeepClone();
                break;
            case "add-snapshot": AddSnapshot(metadata, update["snapshot"]!); break;
            case "set-snapshot-ref": SetReference(metadata, update); break;
            default: throw new InvalidOperationException($"Not an update of this table: {update.ToJsonString()}");
        }
    }

    private static void AddSnapshot(JsonObject metadata, JsonNode snapshot)
    {
        if ((long)snapshot["sequence-number"]! <= (long)metadata["last-sequence-number"]!)
            throw new InvalidOperationException("Cannot add snapshot with sequence number older than last sequence number");
        if (metadata["schemas"]!.AsArray().All(schema => (int)schema!["schema-id"]! != (int)snapshot["schema-id"]!))
            throw new InvalidOperationException("The snapshot's schema does not exist");
        if ((int)metadata["format-version"]! >= 3)
            TakeRowIds(metadata, snapshot);
        metadata["snapshots"]!.AsArray().Add(snapshot.DeepClone());
        metadata["last-sequence-number"] = snapshot["sequence-number"]!.DeepClone();
        metadata["last-updated-ms"] = snapshot["timestamp-ms"]!.DeepClone();
    }

    /// <summary>Iceberg spec, "Snapshot Row IDs".</summary>
    private static void TakeRowIds(JsonObject metadata, JsonNode snapshot)
    {
        if (snapshot["first-row-id"] is not { } first || snapshot["added-rows"] is not { } added)
            throw new InvalidOperationException("Cannot add a snapshot: first-row-id or added-rows is null");
        if ((long)first < (long)metadata["next-row-id"]!)
            throw new InvalidOperationException("Cannot add a snapshot, first-row-id is behind table next-row-id");
        metadata["next-row-id"] = (long)first + (long)added;
    }

    private static void SetReference(JsonObject metadata, JsonObject update)
    {
        if (metadata["snapshots"]!.AsArray().All(snapshot => (long)snapshot!["snapshot-id"]! != (long)update["snapshot-id"]!))
            throw new InvalidOperationException("Cannot set a reference to an unknown snapshot");
        metadata["refs"]![(string)update["ref-name"]!] = new JsonObject { ["snapshot-id"] = update["snapshot-id"]!.DeepClone(), ["type"] = update["type"]!.DeepClone() };
        metadata["current-snapshot-id"] = update["snapshot-id"]!.DeepClone();
        metadata["snapshot-log"]!.AsArray().Add((JsonNode)new JsonObject { ["snapshot-id"] = update["snapshot-id"]!.DeepClone(), ["timestamp-ms"] = metadata["last-updated-ms"]!.DeepClone() });
    }

    private static void Add(JsonObject metadata, string list, JsonNode entry, string id)
    {
        if (metadata[list]!.AsArray().Any(other => (int)other![id]! == (int)entry[id]!))
            throw new InvalidOperationException($"'{list}' has an entry with the id {entry[id]}");
        metadata[list]!.AsArray().Add(entry.DeepClone());
    }

    /// <summary>-1 is the last one that was added.</summary>
    private static JsonNode Chosen(JsonObject metadata, JsonObject update, string list, string id) =>
        (int)update[id]! == -1 ? metadata[list]!.AsArray()[^1]![id]!.DeepClone() : update[id]!.DeepClone();

    private static IEnumerable<int> Ids(JsonNode node) => node switch
    {
        JsonObject json => json.SelectMany(member => member.Key is "id" or "element-id" or "key-id" or "value-id" ? [(int)member.Value!] : member.Value is null ? [] : Ids(member.Value)),
        JsonArray items => items.SelectMany(item => Ids(item!)),
        _ => [],
    };
}
