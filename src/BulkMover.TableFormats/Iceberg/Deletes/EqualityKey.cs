using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>The delete columns of equality delete files.</summary>
/// <param name="Ids">Their field ids, ascending: equal for equal columns.</param>
/// <param name="Columns">They themselves, in that order; one inside of structs as the only member of them.</param>
internal sealed record EqualityKey(string Ids, IReadOnlyList<Field> Columns)
{
    /// <summary>The delete column itself.</summary>
    public static Field LeafOf(Field column) => column.DataType is StructType { Fields: [var only] } ? LeafOf(only) : column;
}

/// <summary>
/// Finds delete columns by field id (Iceberg spec, "Equality Delete Files"): in the schema that is read, or, because a column that was
/// dropped later still counts, in the table's other schemas.
/// </summary>
/// <param name="metadata">The table's metadata.</param>
/// <param name="schema">The schema that is read.</param>
/// <param name="document">The metadata document, for messages.</param>
internal sealed class EqualityColumns(TableMetadata metadata, IcebergSchema schema, string document)
{
    private readonly Dictionary<int, Field> found = [];
    private readonly Dictionary<int, Field> dropped = [];

    /// <summary>The schema, and behind its columns those that were dropped and are needed to tell deleted rows; under names that no column has.</summary>
    public IcebergSchema WithDropped() => dropped.Count == 0
        ? schema
        : new IcebergSchema(schema.Id, new Schema([.. schema.Arrow.FieldsList, .. dropped.Values], null), schema.Features);

    /// <param name="ids">Field ids.</param>
    /// <param name="refusal">Why rows cannot be told by them, where they cannot.</param>
    public EqualityKey? Resolve(IEnumerable<int> ids, out string? refusal)
    {
        int[] ordered = [.. ids.Distinct().Order()];
        var columns = new List<Field>();
        refusal = null;
        foreach (int id in ordered)
        {
            Field? column = Column(id);
            refusal ??= Refusal(id, column);
            if (column is not null)
                columns.Add(column);
        }

        return refusal is null ? new EqualityKey(string.Join(',', ordered.Select(id => id.ToString(CultureInfo.InvariantCulture))), columns) : null;
    }

    /// <summary>Delete columns are primitive and in no list or map, as identifier fields are. That those must not be floating-point numbers is not held to: engines write them.</summary>
    private static string? Refusal(int id, Field? column)
    {
        if (column is null)
            return $"the column with the id {id} is in a list or map, or in no schema that is read";
        Field key = column;
        while (key.FieldId() != id)
            key = ((StructType)key.DataType).Fields[0];
        return key.DataType is NestedType or NullType ? $"column '{key.Name}' has a type that cannot be compared" : null;
    }

    private Field? Column(int id)
    {
        if (found.TryGetValue(id, out Field? known))
            return known;
        if (In(schema, id) is { } present)
            return found[id] = present;

        // The newest schema that has it: its type is the widest.
        IcebergSchema? last = metadata.Schemas.Values.OrderByDescending(candidate => candidate.Id).FirstOrDefault(candidate => In(candidate, id) is not null);
        if (last is null)
            return null;
        Field old = In(NameMapping.Apply(last, metadata, document), id)!;
        old = new Field($"{old.Name} (dropped, field id {id})", old.DataType, old.IsNullable, old.Metadata);
        return found[id] = old.FieldId() == id ? dropped[id] = old : old;
    }

    private static Field? In(IcebergSchema schema, int id) => Find(schema.Arrow.FieldsList, id);

    /// <summary>As <see cref="EqualityKey.Columns"/> has it. Files from before the column was added do not have it, so all of it may be null.</summary>
    private static Field? Find(IReadOnlyList<Field> fields, int id)
    {
        foreach (Field field in fields)
        {
            if (field.FieldId() == id)
                return new Field(field.Name, field.DataType, nullable: true, field.Metadata);
            if (field.DataType is StructType group && Find(group.Fields, id) is { } member)
                return new Field(field.Name, new StructType([member]), nullable: true, field.Metadata);
        }

        return null;
    }
}
