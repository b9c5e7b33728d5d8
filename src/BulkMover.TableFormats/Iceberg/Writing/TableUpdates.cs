using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>The changes that are made to tables, as a catalog takes them (OpenAPI, <c>TableUpdate</c>); <see cref="UpdatedMetadata"/> makes them itself.</summary>
internal static class TableUpdates
{
    public const string MainBranch = "main";

    /// <summary>"The last added": where an id is given that the catalog assigns.</summary>
    private const int LastAdded = -1;

    /// <summary>All that makes a table of <see cref="FormatVersions.OfNewTables"/> but its snapshot.</summary>
    /// <param name="uuid">The table's.</param>
    /// <param name="location">Where it lies.</param>
    /// <param name="schema">Its schema.</param>
    /// <param name="lastColumnId">The highest field id in it.</param>
    /// <param name="spec">Its partition spec.</param>
    /// <param name="sortOrder">Its sort order.</param>
    public static JsonArray NewTable(Guid uuid, string location, JsonObject schema, int lastColumnId, JsonObject spec, JsonObject sortOrder) => new(
        new JsonObject { ["action"] = "assign-uuid", ["uuid"] = uuid.ToString("D") },
        new JsonObject { ["action"] = "upgrade-format-version", ["format-version"] = FormatVersions.OfNewTables },
        AddSchema(schema, lastColumnId),
        SetCurrentSchema(),
        new JsonObject { ["action"] = "add-spec", ["spec"] = spec },
        new JsonObject { ["action"] = "set-default-spec", ["spec-id"] = LastAdded },
        new JsonObject { ["action"] = "add-sort-order", ["sort-order"] = sortOrder },
        new JsonObject { ["action"] = "set-default-sort-order", ["sort-order-id"] = LastAdded },
        new JsonObject { ["action"] = "set-location", ["location"] = location });

    public static JsonNode AddSchema(JsonObject schema, int lastColumnId) => new JsonObject { ["action"] = "add-schema", ["schema"] = schema, ["last-column-id"] = lastColumnId };

    public static JsonNode SetCurrentSchema() => new JsonObject { ["action"] = "set-current-schema", ["schema-id"] = LastAdded };

    public static JsonNode SetProperty(string name, string value) => new JsonObject { ["action"] = "set-properties", ["updates"] = new JsonObject { [name] = value } };

    public static JsonNode AddSnapshot(JsonObject snapshot) => new JsonObject { ["action"] = "add-snapshot", ["snapshot"] = snapshot };

    /// <summary>The snapshot becomes the table's current one.</summary>
    public static JsonNode SetMain(long snapshotId) => new JsonObject
    {
        ["action"] = "set-snapshot-ref", ["ref-name"] = MainBranch, ["type"] = "branch", ["snapshot-id"] = snapshotId,
    };
}
