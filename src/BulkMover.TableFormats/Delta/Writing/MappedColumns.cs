using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Targets;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Schemas;
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
    private bool keepsIds;

    /// <summary>The highest id that the table has ever given, those given here included.</summary>
    public int MaxId { get; private set; } = maxId;

    /// <summary>
    /// All columns of a table without files. They are called as in the files of the source, so that those can be adopted, and have the source's ids where each has one of its own.
    /// </summary>
    /// <param name="source">The source's.</param>
    /// <param name="columns">The same in the table's types.</param>
    public IReadOnlyList<Field> Keep(Schema source, IReadOnlyList<Field> columns)
    {
        Field[] kept = [.. source.FieldsList.Where(IsOfFiles).SelectMany(RowTypes.Named)];
        keepsIds = kept.Select(field => field.FieldId()).OfType<int>().Distinct().Count() == kept.Length;
        MaxId = Math.Max(MaxId, ColumnMapping.MaxIdOf(source));
        // What lists and maps hold may have ids in files too, which no column should get.
        if (keepsIds)
            MaxId = FieldTree.All(source.FieldsList.Where(IsOfFiles)).Select(field => field.FieldId() ?? 0).Append(MaxId).Max();
        return [.. columns.Zip(source.FieldsList, (column, from) => Map(column, IsOfFiles(from) ? from : null, column.Name))];
    }

    /// <summary>
    /// A column that is added to a table. Its name is no other column's, also of those that were dropped, whose values are in files still: "globally unique". No id is given twice.
    /// </summary>
    public Field Add(Field column) => Map(column, from: null, column.Name);

    private static bool IsOfFiles(Field source) => source.GetRowMetadata() is null;

    private Field Map(Field field, Field? from, string path)
    {
        int id = keepsIds && from?.FieldId() is { } known ? known : checked(++MaxId);
        string name = from?.PhysicalName() ?? NewName(id, path);
        return new Field(field.Name, Inside(field.DataType, from?.DataType, path), field.IsNullable).WithPhysicalName(name).WithFieldId(id);
    }

    private IArrowType Inside(IArrowType type, IArrowType? from, string path) => type switch
    {
        StructType group => new StructType([.. group.Fields.Select((member, place) => Map(member, (from as StructType)?.Fields[place], $"{path}\0{member.Name}"))]),
        // Maps before lists, from which they derive.
        MapType map => new MapType(
            Element(map.KeyField, (from as MapType)?.KeyField, $"{path}\0key"), Element(map.ValueField, (from as MapType)?.ValueField, $"{path}\0value"), map.KeySorted),
        ListType list => new ListType(Element(list.ValueField, (from as ListType)?.ValueField, $"{path}\0element")),
        _ => type,
    };

    private Field Element(Field field, Field? from, string path) => new(field.Name, Inside(field.DataType, from?.DataType, path), field.IsNullable);

    private string NewName(int id, string path) =>
        $"col-{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{transfer}\0{id}\0{path}"))).AsSpan(0, 16))}";
}
