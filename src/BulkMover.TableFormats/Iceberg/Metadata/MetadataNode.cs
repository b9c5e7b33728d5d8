using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>A value of a metadata document that knows where it stands, so that what is missing or of the wrong kind is named.</summary>
/// <param name="json">The value.</param>
/// <param name="path">Field names from the root, such as <c>schemas[0].fields</c>.</param>
/// <param name="file">The document, for messages.</param>
internal readonly struct MetadataNode(JsonElement json, string path, string file)
{
    /// <summary>The member of that name; missing and null are an error.</summary>
    public MetadataNode Required(string name) => Optional(name) ?? throw Missing(Join(name));

    /// <summary>The member of that name, or null when it is missing or null.</summary>
    public MetadataNode? Optional(string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        return json.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null
            ? new MetadataNode(member, Join(name), file)
            : null;
    }

    public IEnumerable<MetadataNode> Items()
    {
        if (json.ValueKind != JsonValueKind.Array)
            throw Wrong("a list");
        (string at, string document) = (path, file);
        return json.EnumerateArray().Select((item, index) => new MetadataNode(item, $"{at}[{index}]", document));
    }

    public IEnumerable<(string Name, MetadataNode Value)> Members()
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        (MetadataNode self, string document) = (this, file);
        return json.EnumerateObject().Select(member => (member.Name, new MetadataNode(member.Value, self.Join(member.Name), document)));
    }

    /// <summary>The same, which outlives the document.</summary>
    public MetadataNode Copy() => new(json.Clone(), path, file);

    public JsonNode ToJson() => JsonNode.Parse(json.GetRawText())!;

    public bool IsString => json.ValueKind == JsonValueKind.String;

    public string AsString() => IsString ? json.GetString()! : throw Wrong("a string");

    public int AsInt() => json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out int value) ? value : throw Wrong("a 32-bit whole number");

    public long AsLong() => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out long value) ? value : throw Wrong("a whole number");

    /// <summary>A snapshot id. Some writers draw all 64 bits and write them unsigned; manifests have the same bits signed.</summary>
    public long AsId() => json.ValueKind == JsonValueKind.Number && json.TryGetUInt64(out ulong bits) ? unchecked((long)bits) : AsLong();

    public double AsDouble() => json.ValueKind == JsonValueKind.Number && json.TryGetDouble(out double value) && double.IsFinite(value)
        ? value
        : throw Wrong("a number");

    /// <summary>The float that the text is closest to, which the double closest to the text need not be.</summary>
    public double AsFloat() => json.ValueKind == JsonValueKind.Number && json.TryGetSingle(out float value) && float.IsFinite(value)
        ? value
        : throw Wrong("a number of 32 bits");

    public bool AsBool() => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : throw Wrong("true or false");

    /// <summary>The error for a value that is not what the specification asks for.</summary>
    public CorruptTableException Wrong(string wanted) => Invalid($"'{path}' must be {wanted}");

    private CorruptTableException Missing(string field) => Invalid($"'{field}' is missing");

    private CorruptTableException Invalid(string what) =>
        new("iceberg.metadata_invalid", $"The metadata in '{file}' is not valid: {what}. Restore the file, or name an older metadata.json.");

    private string Join(string name) => path.Length == 0 ? name : $"{path}.{name}";
}
