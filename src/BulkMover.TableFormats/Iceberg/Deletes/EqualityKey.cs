using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>The delete columns of equality delete files.</summary>
/// <param name="Ids">Their field ids, ascending: equal for equal columns.</param>
/// <param name="Columns">They themselves, in that order.</param>
internal sealed record EqualityKey(string Ids, IReadOnlyList<Field> Columns);

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

    private static string? Refusal(int id, Field? column) => column?.DataType switch
    {
        null => $"the column with the id {id} is nested, or in no schema that is read",
        NestedType or NullType => $"column '{column.Name}' has a type that cannot be compared",
        // Not allowed as delete columns, and engines differ in whether zeros and NaNs are equal.
        FloatType or DoubleType => $"column '{column.Name}' is a floating-point number",
        _ => null,
    };

    private Field? Column(int id)
    {
        if (found.TryGetValue(id, out Field? known))
            return known;
        if (In(schema, id) is { } present)
            return found[id] = Nullable(present, present.Name);

        // The newest schema that has it: its type is the widest. One with what is not read might give it a default.
        IcebergSchema? last = metadata.Schemas.Values.OrderByDescending(candidate => candidate.Id).FirstOrDefault(candidate => In(candidate, id) is not null);
        if (last is null || last.Features.Any(feature => feature.State == FeatureState.Refused))
            return null;
        Field old = In(NameMapping.Apply(last, metadata, document), id)!;
        string name = $"{old.Name} (dropped, field id {id})";
        return found[id] = dropped[id] = Nullable(old, name);
    }

    private static Field? In(IcebergSchema schema, int id) => schema.Arrow.FieldsList.FirstOrDefault(field => field.FieldId() == id);

    /// <summary>Files from before the column was added do not have it: its values are null there.</summary>
    private static Field Nullable(Field field, string name) => new(name, field.DataType, nullable: true, field.Metadata);
}
