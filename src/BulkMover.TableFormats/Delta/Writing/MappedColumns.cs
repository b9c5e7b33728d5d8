using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Schemas;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>
/// Gives columns physical names and ids, at every level (PROTOCOL.md, "Writer Requirements for Column Mapping"): the same ones whenever the transfer is planned for the same
/// version of the table.
/// </summary>
/// <param name="transfer">What the columns come with.</param>
/// <param name="maxId">The highest id that the table has ever given; 0 for a new table.</param>
internal sealed class MappedColumns(TransferId transfer, int maxId)
{
    /// <summary>Physical names of the table that gets other columns, in whatever case, which some readers of Parquet do not heed; null where none has any yet.</summary>
    private HashSet<string>? taken;
    private readonly int given = maxId;
    private bool keepsIds;

    /// <summary>The highest id that the table has ever given, those given here included.</summary>
    public int MaxId { get; private set; } = maxId;

    /// <summary>
    /// All columns of a table without files. Those that it had, by the names down to them and with the type that they have, stay what they are. Others are called as in the files of the source, so that
    /// those can be adopted, and have the source's ids where each has one of its own; in a table that has had others only where it has never given that id, and no column has that name.
    /// </summary>
    /// <param name="source">The source's.</param>
    /// <param name="columns">The same in the table's types.</param>
    /// <param name="before">Those that the table had, as it maps them; null where it is new or did not map names.</param>
    /// <exception cref="TargetException">No id is left.</exception>
    public IReadOnlyList<Field> Keep(Schema source, IReadOnlyList<Field> columns, IReadOnlyList<Field>? before)
    {
        taken = before?.SelectMany(RowTypes.Named).Select(field => field.PhysicalName()).ToHashSet(StringComparer.OrdinalIgnoreCase);
        Field[] ofFiles = [.. source.FieldsList.Where(IsOfFiles)], kept = [.. ofFiles.SelectMany(RowTypes.Named)];
        keepsIds = kept.Select(field => field.FieldId()).OfType<int>().Distinct().Count() == kept.Length;
        // What lists and maps hold may have ids in files too, which no column should get.
        IEnumerable<int> known = keepsIds ? FieldTree.All(ofFiles).Select(field => field.FieldId() ?? 0) : [];
        MaxId = known.Append(ColumnMapping.MaxIdOf(source)).Where(IsFree).Append(MaxId).Max();
        return [.. columns.Zip(source.FieldsList, (column, from) => Map(column, IsOfFiles(from) ? from : null, Find(before, column), column.Name))];
    }

    /// <summary>
    /// A column that is added to a table. Its name is no other column's, also of those that were dropped, whose values are in files still: "globally unique". No id is given twice.
    /// </summary>
    /// <exception cref="TargetException">No id is left.</exception>
    public Field Add(Field column) => Map(column, from: null, there: null, column.Name);

    private static bool IsOfFiles(Field source) => source.GetRowMetadata() is null;

    private static bool IsFree(int id) => id <= FieldNumbers.LastFreeId;

    private static Field? Find(IReadOnlyList<Field>? fields, Field wanted) => fields?.FirstOrDefault(field => field.Name == wanted.Name && IsOfType(field.DataType, wanted.DataType));

    /// <summary>Members of structs are told apart by themselves.</summary>
    private static bool IsOfType(IArrowType one, IArrowType other) => (one, other) switch
    {
        (StructType, StructType) => true,
        (MapType a, MapType b) => IsOfType(a.KeyField.DataType, b.KeyField.DataType) && IsOfType(a.ValueField.DataType, b.ValueField.DataType),
        (MapType, _) or (_, MapType) => false,
        (ListType a, ListType b) => IsOfType(a.ValueDataType, b.ValueDataType),
        _ => SchemaText.Describe(one) == SchemaText.Describe(other),
    };

    private Field Map(Field field, Field? from, Field? there, string path)
    {
        (int id, string name) = there is null ? NameOf(from, path) : (there.FieldId()!.Value, there.PhysicalName());
        return new Field(field.Name, Inside(field.DataType, from?.DataType, there?.DataType, path), field.IsNullable).WithPhysicalName(name).WithFieldId(id);
    }

    private (int Id, string Name) NameOf(Field? from, string path)
    {
        int? known = keepsIds && from?.FieldId() is { } its && its > given && IsFree(its) ? its : null;
        bool isKept = from is not null && (taken is null || (known is not null && !taken.Contains(from.PhysicalName())));
        int id = (isKept ? known : null) ?? NextId();
        return (id, isKept ? from!.PhysicalName() : NewName(id, path));
    }

    private int NextId() => MaxId < FieldNumbers.LastFreeId ? ++MaxId : throw new TargetException("delta.column_ids_used_up",
        $"The table has given all ids that a column can have ({ColumnMapping.MaxIdProperty} is {MaxId}), so that it gets no other ones. Leave columns that it lacks out with --columns, or copy into a new table.");

    private IArrowType Inside(IArrowType type, IArrowType? from, IArrowType? there, string path) => type switch
    {
        StructType group => new StructType([.. group.Fields.Select((member, place) =>
            Map(member, (from as StructType)?.Fields[place], Find((there as StructType)?.Fields, member), $"{path}\0{member.Name}"))]),
        // Maps before lists, from which they derive.
        MapType map => new MapType(
            Element(map.KeyField, (from as MapType)?.KeyField, (there as MapType)?.KeyField, $"{path}\0key"),
            Element(map.ValueField, (from as MapType)?.ValueField, (there as MapType)?.ValueField, $"{path}\0value"), map.KeySorted),
        ListType list => new ListType(Element(list.ValueField, (from as ListType)?.ValueField, (there as ListType)?.ValueField, $"{path}\0element")),
        _ => type,
    };

    private Field Element(Field field, Field? from, Field? there, string path) => new(field.Name, Inside(field.DataType, from?.DataType, there?.DataType, path), field.IsNullable);

    private string NewName(int id, string path) =>
        $"col-{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{transfer}\0{id}\0{path}"))).AsSpan(0, 16))}";
}
