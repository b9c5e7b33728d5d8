using System.Globalization;
using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// Makes the next metadata document of a table without a catalog (Iceberg spec, "Table Metadata Fields"). The document is changed as a tree:
/// whatever else is in it stays as it is.
/// </summary>
internal static class UpdatedMetadata
{
    private const string LogLengthProperty = "write.metadata.previous-versions-max";

    /// <summary>"write.metadata.previous-versions-max" where the table does not say (Iceberg docs, "Configuration").</summary>
    private const int DefaultLogLength = 100;

    /// <summary>The document of a new table.</summary>
    public static JsonObject Of(JsonArray updates)
    {
        var document = new JsonObject
        {
            ["last-sequence-number"] = 0, ["last-updated-ms"] = 0, ["last-column-id"] = 0, ["last-partition-id"] = SpecJson.NoFieldId,
            ["schemas"] = new JsonArray(), ["partition-specs"] = new JsonArray(), ["sort-orders"] = new JsonArray(),
            ["properties"] = new JsonObject(), ["current-snapshot-id"] = -1, ["refs"] = new JsonObject(),
            ["snapshots"] = new JsonArray(), ["snapshot-log"] = new JsonArray(), ["metadata-log"] = new JsonArray(),
        };
        foreach (JsonNode? update in updates)
            Apply(document, update!.AsObject());
        return document;
    }

    /// <param name="loaded">The document before, which is left as it is.</param>
    /// <param name="file">Where it lies, as metadata writes paths.</param>
    /// <param name="updates">The change.</param>
    public static JsonObject Of(JsonObject loaded, string file, JsonArray updates)
    {
        JsonObject document = loaded.DeepClone().AsObject();
        JsonArray log = Member(document, "metadata-log", () => new JsonArray());
        log.Add((JsonNode)new JsonObject { ["timestamp-ms"] = (long?)document["last-updated-ms"] ?? 0, ["metadata-file"] = file });
        foreach (JsonNode? update in updates)
            Apply(document, update!.AsObject());
        int longest = int.TryParse((string?)document["properties"]?[LogLengthProperty], NumberStyles.None, CultureInfo.InvariantCulture, out int length)
            ? Math.Max(length, 1)
            : DefaultLogLength;
        while (log.Count > longest)
            log.RemoveAt(0);
        return document;
    }

    private static void Apply(JsonObject document, JsonObject update)
    {
        switch ((string)update["action"]!)
        {
            case "assign-uuid": document["table-uuid"] = Copy(update["uuid"]); break;
            case "upgrade-format-version": document["format-version"] = Copy(update["format-version"]); break;
            case "set-location": document["location"] = Copy(update["location"]); break;
            case "add-schema":
                document["schemas"]!.AsArray().Add(Copy(update["schema"]));
                document["last-column-id"] = Copy(update["last-column-id"]);
                break;
            case "set-current-schema": document["current-schema-id"] = Copy(Last(document, "schemas")["schema-id"]); break;
            case "add-spec":
                document["partition-specs"]!.AsArray().Add(Copy(update["spec"]));
                document["last-partition-id"] = update["spec"]!["fields"]!.AsArray().Select(field => (int)field!["field-id"]!).Append((int)document["last-partition-id"]!).Max();
                break;
            case "set-default-spec": document["default-spec-id"] = Copy(Last(document, "partition-specs")["spec-id"]); break;
            case "add-sort-order": document["sort-orders"]!.AsArray().Add(Copy(update["sort-order"])); break;
            case "set-default-sort-order": document["default-sort-order-id"] = Copy(Last(document, "sort-orders")["order-id"]); break;
            case "set-properties":
                foreach ((string name, JsonNode? value) in update["updates"]!.AsObject())
                    Member(document, "properties", () => new JsonObject())[name] = Copy(value);
                break;
            case "add-snapshot": AddSnapshot(document, update["snapshot"]!.AsObject()); break;
            case "set-snapshot-ref": SetReference(document, update); break;
            case var action: throw new InvalidOperationException($"The update '{action}' is not made here.");
        }
    }

    private static void AddSnapshot(JsonObject document, JsonObject snapshot)
    {
        Member(document, "snapshots", () => new JsonArray()).Add(Copy(snapshot));
        document["last-sequence-number"] = Copy(snapshot["sequence-number"]);
        document["last-updated-ms"] = Copy(snapshot["timestamp-ms"]);
        // "Snapshot Row IDs": "it can be used safely to increment the table's next-row-id during a commit".
        if (snapshot["added-rows"] is { } addedRows)
            document["next-row-id"] = (long)document["next-row-id"]! + (long)addedRows;
    }

    /// <summary>What else a branch has, such as for how long its snapshots are kept, stays.</summary>
    private static void SetReference(JsonObject document, JsonObject update)
    {
        JsonObject references = Member(document, "refs", () => new JsonObject());
        JsonObject reference = Member(references, (string)update["ref-name"]!, () => new JsonObject());
        reference["snapshot-id"] = Copy(update["snapshot-id"]);
        reference["type"] = Copy(update["type"]);
        document["current-snapshot-id"] = Copy(update["snapshot-id"]);
        Member(document, "snapshot-log", () => new JsonArray())
            .Add((JsonNode)new JsonObject { ["snapshot-id"] = Copy(update["snapshot-id"]), ["timestamp-ms"] = Copy(document["last-updated-ms"]) });
    }

    private static JsonObject Last(JsonObject document, string list) => document[list]!.AsArray()[^1]!.AsObject();

    private static T Member<T>(JsonObject parent, string name, Func<T> make)
        where T : JsonNode
    {
        if (parent[name] is T there)
            return there;
        T made = make();
        parent[name] = made;
        return made;
    }

    private static JsonNode? Copy(JsonNode? node) => node?.DeepClone();
}
