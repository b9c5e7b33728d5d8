using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Field ids of columns that a table gets (Iceberg spec, "Schema Evolution": ids are unique in the table and never used again).</summary>
internal sealed class FieldNumbers
{
    /// <summary>"Reserved Field IDs": greater ones are of metadata columns.</summary>
    public const int LastFreeId = int.MaxValue - 200;

    private int last;

    private FieldNumbers(int last) => this.last = last;

    /// <summary>
    /// The columns of a new table with ids at every level: their own when all have one and no two have the same, so that what knows the
    /// source's columns by id knows them here as well; else fresh ones from 1.
    /// </summary>
    public static IReadOnlyList<Field> OfNewTable(IReadOnlyList<Field> columns)
    {
        var ids = new HashSet<int>();
        bool areKept = FieldTree.All(columns).All(field => field.FieldId() is { } id and <= LastFreeId && ids.Add(id));
        return areKept ? columns : After(columns, 0);
    }

    /// <summary>The columns with fresh ids that follow the last one that the table has used.</summary>
    public static IReadOnlyList<Field> After(IReadOnlyList<Field> columns, int lastId) => new FieldNumbers(lastId).Numbered(columns);

    /// <summary>The highest id at any level; <paramref name="lowest"/> when there is none above.</summary>
    public static int Last(IEnumerable<Field> columns, int lowest) => FieldTree.All(columns).Select(field => field.FieldId() ?? 0).Append(lowest).Max();

    /// <summary>Neighbours first, then what is in them, as the reference implementation numbers.</summary>
    private List<Field> Numbered(IReadOnlyList<Field> fields)
    {
        List<Field> outer = [.. fields.Select(field => field.WithFieldId(++last))];
        return [.. outer.Select(field => new Field(field.Name, Numbered(field.DataType), field.IsNullable, field.Metadata))];
    }

    private IArrowType Numbered(IArrowType type)
    {
        switch (type)
        {
            case ListType list:
                return new ListType(Numbered([list.ValueField])[0]);
            case MapType map:
                List<Field> entry = Numbered([map.KeyField, map.ValueField]);
                return new MapType(entry[0], entry[1]);
            case StructType group:
                return new StructType(Numbered([.. group.Fields]));
            default:
                return type;
        }
    }
}
