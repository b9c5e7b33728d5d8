using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>A column as it is in one version.</summary>
/// <param name="Id">Its identity for the model, and in mode id for the reader.</param>
/// <param name="Name">As the schema calls it.</param>
/// <param name="Physical">As partition values and statistics call it.</param>
/// <param name="Type">By its name in Delta's schema.</param>
/// <param name="Changes">From its first type to the present one.</param>
internal sealed record ModelColumn(int Id, string Name, string Physical, string Type, params (string From, string To)[] Changes)
{
    public JsonObject ToJson(string mode)
    {
        var metadata = new JsonObject();
        if (mode != "none")
        {
            metadata["delta.columnMapping.id"] = Id;
            metadata["delta.columnMapping.physicalName"] = Physical;
        }

        if (Changes.Length > 0)
            metadata["delta.typeChanges"] = new JsonArray([.. Changes.Select(change => new JsonObject { ["fromType"] = change.From, ["toType"] = change.To })]);
        return new JsonObject { ["name"] = Name, ["type"] = Type, ["nullable"] = true, ["metadata"] = metadata };
    }
}
