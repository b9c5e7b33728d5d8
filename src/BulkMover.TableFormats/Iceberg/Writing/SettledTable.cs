using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// What a plan has settled and data files hold to from then on: the columns with their ids, and how files are kept apart. As text it is
/// <see cref="Targets.TableWrite.Settled"/>; the commit compares it with the table that it finds.
/// </summary>
/// <param name="Address">Where the table lies, as its metadata says: what paths in metadata begin with.</param>
/// <param name="Columns">Of the data files, with ids at every level.</param>
/// <param name="New">Ids of those columns that the table has to get.</param>
/// <param name="Spec">How its files are partitioned.</param>
/// <param name="SortFields">The sort order of a new table, as JSON; null for a table that was there.</param>
/// <param name="FormatVersion">The table's, which decides how deleted rows are written.</param>
internal sealed record SettledTable(
    string Address, IReadOnlyList<Field> Columns, IReadOnlyList<int> New, PartitionSpec Spec, JsonArray? SortFields, int FormatVersion = FormatVersions.OfNewTables)
{
    private const string VersionName = "version", DefaultsName = "defaults";

    /// <summary>As deep as the parser of metadata goes.</summary>
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 256 };

    /// <summary>What filled columns have in all rows, by their ids: write defaults as the table's metadata have them, nulls where it has none.</summary>
    public JsonObject Defaults { get; init; } = [];

    /// <summary>These columns with what the table has now.</summary>
    public static JsonObject DefaultsOf(IEnumerable<Field> filled, WriteDefaults defaults) => new(filled.Select(column => KeyValuePair.Create(NameOf(column), defaults.Json(column))));

    /// <summary>There was no table.</summary>
    public bool IsNew => SortFields is not null;

    public override string ToString()
    {
        var json = new JsonObject
        {
            ["address"] = Address, ["schema"] = SchemaJson.Schema(Columns, 0), ["new"] = new JsonArray([.. New.Select(id => JsonValue.Create(id))]), ["spec"] = SpecJson.Spec(Spec),
        };
        // Text of copies that have begun with an earlier release stays the same.
        if (FormatVersion != FormatVersions.OfNewTables)
            json[VersionName] = FormatVersion;
        if (Defaults.Count > 0)
            json[DefaultsName] = Defaults.DeepClone();
        if (SortFields is not null)
            json["sort"] = SortFields.DeepClone();
        return json.ToJsonString();
    }

    public static SettledTable Parse(string text)
    {
        using JsonDocument json = JsonDocument.Parse(text, Json);
        var root = new MetadataNode(json.RootElement, "", "the transfer's ledger");
        return new SettledTable(
            root.Required("address").AsString(),
            SchemaParser.Parse(root.Required("schema")).Arrow.FieldsList,
            [.. root.Required("new").Items().Select(id => id.AsInt())],
            PartitionSpecParser.Parse(root.Required("spec").Required("spec-id").AsInt(), root.Required("spec").Required("fields")),
            json.RootElement.TryGetProperty("sort", out JsonElement sort) ? JsonArray.Create(sort.Clone()) : null,
            root.Optional(VersionName)?.AsInt() ?? FormatVersions.OfNewTables)
        {
            Defaults = json.RootElement.TryGetProperty(DefaultsName, out JsonElement defaults) ? JsonObject.Create(defaults.Clone())! : [],
        };
    }

    /// <summary>The table was upgraded between two plans, and nothing else is other.</summary>
    /// <param name="before">The first, as text.</param>
    /// <param name="after">The second.</param>
    public static bool AreOfAnUpgrade(string before, string after)
    {
        if (Parse(before).FormatVersion >= Parse(after).FormatVersion)
            return false;
        (JsonObject old, JsonObject upgraded) = (JsonNode.Parse(before, null, Json)!.AsObject(), JsonNode.Parse(after, null, Json)!.AsObject());
        old.Remove(VersionName);
        upgraded.Remove(VersionName);
        return JsonNode.DeepEquals(old, upgraded);
    }

    /// <summary>The data files lie below the address that was settled.</summary>
    /// <exception cref="TargetException">The table lies elsewhere now.</exception>
    public void CheckAddress(string address, string table)
    {
        if (address != Address)
            throw Changed(table, $"it lies at '{address}' now, and they lie at '{Address}'");
    }

    /// <summary>The columns that the table, as it is now, still lacks.</summary>
    /// <param name="state">The table.</param>
    /// <param name="hasDeletes">Deleted rows have been written, in the way of the version that was.</param>
    /// <param name="table">The table, for messages.</param>
    /// <exception cref="TargetException">The data files do not fit the table any more.</exception>
    public IReadOnlyList<Field> StillMissing(TableState state, bool hasDeletes, string table)
    {
        if (!state.Metadata.DefaultSpec.Fields.SequenceEqual(Spec.Fields))
            throw Changed(table, "its partition spec is another");
        if (state.Metadata.FormatVersion < FormatVersion || (state.Metadata.FormatVersion > FormatVersion && hasDeletes))
            throw Changed(table, $"its format version is {state.Metadata.FormatVersion} now, and was {FormatVersion}");
        CheckAddress(state.Location, table);
        var defaults = new WriteDefaults(state.Metadata.CurrentSchema, table);
        var missing = new List<Field>();
        foreach (Field column in Columns)
        {
            int id = column.FieldId()!.Value;
            if (state.Metadata.CurrentSchema.Column(id) is { } there)
            {
                if (there.Name != column.Name || !IsPartOf(column, there, defaults))
                    throw Changed(table, $"its column '{there.Name}' is {SchemaJson.Describe(there)} now");
                if (Defaults.TryGetPropertyValue(NameOf(column), out JsonNode? value) && !JsonNode.DeepEquals(value, defaults.Json(there)))
                    throw Changed(table, $"its column '{there.Name}' has another default for new rows now");
            }
            else if ((IsNew || New.Contains(id)) && id > state.LastColumnId && state.Metadata.CurrentSchema.Arrow.FieldsList.All(other => other.Name != column.Name))
            {
                missing.Add(column);
            }
            else
            {
                throw Changed(table, $"the column '{column.Name}' was dropped, or another one has its name or id");
            }
        }

        HashSet<string> names = Columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        return state.Metadata.CurrentSchema.Arrow.FieldsList.FirstOrDefault(column => !names.Contains(column.Name) && (!column.IsNullable || defaults.AreOf(column))) is { } lacking
            ? throw Changed(table, $"it {(lacking.IsNullable ? "has a default for" : "requires")} the column '{lacking.Name}' now")
            : missing;
    }

    /// <summary>The same ids with the same types, nulls only where the table takes them; structs may have more members there, if those are null.</summary>
    private static bool IsPartOf(Field written, Field there, WriteDefaults defaults)
    {
        if (written.FieldId() != there.FieldId() || (written.IsNullable && !there.IsNullable))
            return false;
        Field[] given = [.. FieldTree.Children(written.DataType)], members = [.. FieldTree.Children(there.DataType)];
        return given.Length == 0
            ? members.Length == 0 && SchemaJson.Describe(written) == SchemaJson.Describe(there)
            : written.DataType.TypeId == there.DataType.TypeId
                && given.All(member => members.FirstOrDefault(other => other.FieldId() == member.FieldId()) is { } other && IsPartOf(member, other, defaults))
                && members.All(other => (other.IsNullable && !defaults.AreOf(other)) || given.Any(member => member.FieldId() == other.FieldId()));
    }

    /// <summary>Of a column in <see cref="Defaults"/>.</summary>
    private static string NameOf(Field column) => column.FieldId()!.Value.ToString(CultureInfo.InvariantCulture);

    private static TargetException Changed(string table, string how) => new("iceberg.table_changed",
        $"'{table}' has changed since its rows were written: {how}. Nothing was added. Begin again with --restart.");
}
