using System.Text.Json;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>A value of a catalog's answer; what is not as the OpenAPI file says is an error that names it.</summary>
/// <param name="json">The value.</param>
/// <param name="source">Whose answer it is, for messages.</param>
internal readonly struct CatalogJson(JsonElement json, string source)
{
    /// <summary>The member of that name; null when it is missing or null.</summary>
    public CatalogJson? Optional(string name)
    {
        if (json.ValueKind != JsonValueKind.Object)
            throw Invalid($"it has {json.ValueKind} where an object should be");
        return json.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null ? new CatalogJson(member, source) : null;
    }

    public CatalogJson Required(string name) => Optional(name) ?? throw Invalid($"'{name}' is missing");

    public JsonElement Element => json;

    public string Text() => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Invalid($"it has {json.ValueKind} where a string should be");

    public IEnumerable<CatalogJson>? List(string name) => Optional(name)?.Items();

    public IEnumerable<CatalogJson> Items()
    {
        if (json.ValueKind != JsonValueKind.Array)
            throw Invalid($"it has {json.ValueKind} where a list should be");
        string whose = source;
        return json.EnumerateArray().Select(item => new CatalogJson(item, whose));
    }

    /// <summary>A map of strings; a number or a truth value is taken as its text, null as not there.</summary>
    public IReadOnlyDictionary<string, string> Map(string name)
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Optional(name) is not { } member)
            return map;
        if (member.Element.ValueKind != JsonValueKind.Object)
            throw Invalid($"'{name}' is {member.Element.ValueKind} where an object should be");
        foreach (JsonProperty property in member.Element.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null))
            map[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
        return map;
    }

    public CorruptTableException Invalid(string what) => new("catalog.answer_invalid",
        $"The answer of {source} is not what an Iceberg REST catalog answers: {what}. Check the address, or tell whoever runs the catalog.");
}
