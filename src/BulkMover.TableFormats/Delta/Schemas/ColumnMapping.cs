using System.Text.Json;
using Apache.Arrow;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>Gives the fields of one schema the names and ids that they have in data files (PROTOCOL.md, "Column Mapping").</summary>
internal sealed class ColumnMapping(ColumnMappingMode mode)
{
    private const string NameKey = "delta.columnMapping.physicalName";
    private const string IdKey = "delta.columnMapping.id";

    private readonly HashSet<int> ids = [];

    /// <summary>The mode counts only where the protocol has the feature; without the table property there is no mapping.</summary>
    public static ColumnMappingMode ModeOf(TableProtocol protocol, TableMetadata metadata) =>
        !protocol.Requires("columnMapping") ? ColumnMappingMode.None : ModeText(metadata)?.ToUpperInvariant() switch
        {
            null or "NONE" => ColumnMappingMode.None,
            "NAME" => ColumnMappingMode.Name,
            "ID" => ColumnMappingMode.Id,
            _ => ColumnMappingMode.Unknown,
        };

    public static string? ModeText(TableMetadata metadata) => metadata.Configuration?.GetValueOrDefault("delta.columnMapping.mode");

    /// <summary>
    /// The field with its physical name, which partition values and statistics have in both modes, and in mode id with its id; in mode none,
    /// what the metadata says is of no account.
    /// </summary>
    /// <param name="field">As the schema has it.</param>
    /// <param name="metadata">The field's metadata; null when it has none.</param>
    /// <param name="path">The field with those above it, for messages.</param>
    /// <param name="siblings">Physical names at this level so far: two columns of one name would be read as the same one.</param>
    /// <exception cref="JsonException">The name or the id is missing, or another field has it.</exception>
    public Field Map(Field field, JsonElement? metadata, string path, HashSet<string> siblings)
    {
        if (mode is not (ColumnMappingMode.Name or ColumnMappingMode.Id))
            return field;

        string name = Property(metadata, NameKey) is { ValueKind: JsonValueKind.String } text
            ? text.GetString()!
            : throw new JsonException($"Column '{path}' has no {NameKey}.");
        if (!siblings.Add(name))
            throw new JsonException($"Column '{path}' has the {NameKey} '{name}', which another column has.");

        Field named = field.WithPhysicalName(name);
        return mode == ColumnMappingMode.Id ? named.WithFieldId(ReadId(metadata, path)) : named;
    }

    private int ReadId(JsonElement? metadata, string path)
    {
        int id = Property(metadata, IdKey) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) && value >= 0
            ? value
            : throw new JsonException($"Column '{path}' has no {IdKey}.");
        return ids.Add(id) ? id : throw new JsonException($"Column '{path}' has the {IdKey} {id}, which another column has.");
    }

    private static JsonElement? Property(JsonElement? metadata, string key) =>
        metadata?.TryGetProperty(key, out JsonElement value) == true ? value : null;
}
