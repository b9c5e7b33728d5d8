using System.Globalization;
using System.Text.Json;
using Apache.Arrow;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>Gives the fields of one schema the names and ids that they have in data files (PROTOCOL.md, "Column Mapping").</summary>
internal sealed class ColumnMapping(ColumnMappingMode mode)
{
    public const string Feature = "columnMapping";

    /// <summary>Properties of a table.</summary>
    public const string ModeProperty = "delta.columnMapping.mode", MaxIdProperty = "delta.columnMapping.maxColumnId";

    /// <summary>In the metadata of a field.</summary>
    public const string NameKey = "delta.columnMapping.physicalName", IdKey = "delta.columnMapping.id";

    private readonly HashSet<int> ids = [];

    /// <summary>The mode counts only where the protocol has the feature; without the table property there is no mapping.</summary>
    public static ColumnMappingMode ModeOf(TableProtocol protocol, TableMetadata metadata) =>
        protocol.Requires(Feature) ? Parse(ModeText(metadata)) : ColumnMappingMode.None;

    /// <summary>Of the table that columns are of, as <see cref="WithProperties"/> tells.</summary>
    public static ColumnMappingMode ModeOf(Schema columns) => Parse(PropertyOf(columns, ModeProperty));

    public static string? ModeText(TableMetadata metadata) => metadata.Configuration?.GetValueOrDefault(ModeProperty);

    /// <summary>The highest id that the table which columns are of has ever given; 0 where nothing tells.</summary>
    public static int MaxIdOf(Schema columns) => ParseId(PropertyOf(columns, MaxIdProperty));

    /// <inheritdoc cref="MaxIdOf(Schema)"/>
    public static int MaxIdOf(TableMetadata metadata) => ParseId(metadata.Configuration?.GetValueOrDefault(MaxIdProperty));

    /// <summary>Columns with what the table's properties say of their mapping, so that a table which gets them can map them in the same way.</summary>
    public static Schema WithProperties(Schema columns, ColumnMappingMode mode, TableMetadata metadata) => mode is not (ColumnMappingMode.Name or ColumnMappingMode.Id)
        ? columns
        : new Schema(columns.FieldsList, new Dictionary<string, string> { [ModeProperty] = TextOf(mode), [MaxIdProperty] = MaxIdOf(metadata).ToString(CultureInfo.InvariantCulture) });

    /// <summary>A mode that is known, as the property has it.</summary>
    public static string TextOf(ColumnMappingMode mode) => mode switch
    {
        ColumnMappingMode.Name => "name",
        ColumnMappingMode.Id => "id",
        _ => "none",
    };

    /// <summary>
    /// The field with its physical name, which partition values and statistics have in both modes, and with its id; in mode none, what the metadata says is of no account.
    /// Only mode id needs ids: in mode name the field goes without where they are broken.
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
        int? id = Property(metadata, IdKey) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out int value) && value >= 0 ? value : null;
        if (mode == ColumnMappingMode.Id && id is null)
            throw new JsonException($"Column '{path}' has no {IdKey}.");
        bool isOwn = id is not null && ids.Add(id.Value);
        if (mode == ColumnMappingMode.Id && !isOwn)
            throw new JsonException($"Column '{path}' has the {IdKey} {id}, which another column has.");
        return isOwn ? named.WithFieldId(id!.Value) : named;
    }

    private static ColumnMappingMode Parse(string? mode) => mode?.ToUpperInvariant() switch
    {
        null or "NONE" => ColumnMappingMode.None,
        "NAME" => ColumnMappingMode.Name,
        "ID" => ColumnMappingMode.Id,
        _ => ColumnMappingMode.Unknown,
    };

    private static int ParseId(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : 0;

    private static string? PropertyOf(Schema columns, string name) => columns.HasMetadata ? columns.Metadata.GetValueOrDefault(name) : null;

    private static JsonElement? Property(JsonElement? metadata, string key) =>
        metadata?.TryGetProperty(key, out JsonElement value) == true ? value : null;
}
