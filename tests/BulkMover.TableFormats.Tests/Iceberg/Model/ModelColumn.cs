using System.Text.Json.Nodes;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Tests.Iceberg.Model;

/// <summary>A column, or a field of a struct: a primitive, a list of one, or a struct of primitives. All are optional.</summary>
/// <param name="Id">Field id; a list's element has the next one.</param>
/// <param name="Name">Today's name.</param>
/// <param name="Type">The type; of a list that of its elements; null for a struct.</param>
/// <param name="IsList">True for a list.</param>
/// <param name="Fields">Of a struct.</param>
internal sealed record ModelColumn(int Id, string Name, ModelType? Type, bool IsList, IReadOnlyList<ModelColumn> Fields)
{
    /// <summary>"Reserved Field IDs": columns that files may have, and what is null in them is inherited.</summary>
    public static readonly ModelColumn RowId = new(2147483540, "_row_id", ModelType.Long, false, []);
    public static readonly ModelColumn LastUpdated = new(2147483539, "_last_updated_sequence_number", ModelType.Long, false, []);

    /// <summary>The initial-default of a primitive; null for none.</summary>
    public object? Default { get; init; }

    /// <summary>True in a file without ids, which the table's name mapping tells the columns of.</summary>
    public bool HasNoId { get; private init; }

    public bool IsPrimitive => Type is not null && !IsList;

    public IEnumerable<ModelColumn> SelfAndBelow => Fields.Prepend(this);

    /// <summary>The column in a file without ids, under a name that the table never had.</summary>
    public ModelColumn WithoutId() => this with { Name = MappedName, HasNoId = true, Fields = [.. Fields.Select(field => field.WithoutId())] };

    public Field ToArrow()
    {
        IArrowType type = Type is null ? new StructType([.. Fields.Select(field => field.ToArrow())])
            : IsList ? new ListType(Named("element", Type.Arrow, Id + 1))
            : Type.Arrow;
        return Named(Name, type, Id);
    }

    /// <summary>Appendix C, "Schemas".</summary>
    public JsonObject ToJson()
    {
        var json = new JsonObject
        {
            ["id"] = Id,
            ["name"] = Name,
            ["required"] = false,
            ["type"] = Type is null ? new JsonObject { ["type"] = "struct", ["fields"] = new JsonArray([.. Fields.Select(field => field.ToJson())]) }
                : IsList ? new JsonObject { ["type"] = "list", ["element-id"] = Id + 1, ["element-required"] = false, ["element"] = Type.Name }
                : Type.Name,
        };
        if (Default is not null)
            json["initial-default"] = Type!.ToJson(Default);
        return json;
    }

    /// <summary>"Name Mapping Serialization".</summary>
    public JsonObject ToNameMapping()
    {
        var json = new JsonObject { ["field-id"] = Id, ["names"] = new JsonArray(MappedName) };
        if (IsList)
            json["fields"] = new JsonArray(new JsonObject { ["field-id"] = Id + 1, ["names"] = new JsonArray("element") });
        else if (Type is null)
            json["fields"] = new JsonArray([.. Fields.Select(field => field.ToNameMapping())]);
        return json;
    }

    private string MappedName => $"n{Id}";

    private Field Named(string name, IArrowType type, int id)
    {
        var field = new Field(name, type, nullable: true);
        return HasNoId ? field : field.WithFieldId(id);
    }
}
