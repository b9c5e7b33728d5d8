using System.Globalization;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;

namespace BulkMover.Core.Scans;

/// <summary>What is read of a snapshot: which columns and which rows.</summary>
public sealed class Scan
{
    /// <param name="snapshot">The snapshot that is read.</param>
    /// <param name="columns">Columns of the result, in this order; null for all.</param>
    /// <param name="where">Rows of the result; null for all.</param>
    /// <exception cref="InvalidInputException">A column does not exist, or is named twice.</exception>
    public Scan(ITableSnapshot snapshot, IReadOnlyList<string>? columns, Filter? where)
    {
        Matching = snapshot.Matching;
        Where = where;
        OutputSchema = columns is null ? snapshot.Schema : Project(snapshot, columns);
        ReadSchema = AddFilterColumns(OutputSchema, snapshot, where);
        ReadsRowMetadata = ReadSchema.FieldsList.Any(field => field.GetRowMetadata() is not null);
        Reading = Fingerprint.Of(ReadSchema.FieldsList.Aggregate(new StringBuilder($"{Matching}\n{snapshot.TableId}"), Describe).ToString());
    }

    /// <summary>
    /// All columns that can be named: the table's, and behind them its metadata columns. A column of the table goes before a metadata column
    /// of its name, as the schema that people see has it.
    /// </summary>
    public static Schema Nameable(ITableSnapshot snapshot)
    {
        IReadOnlyList<Field> columns = snapshot.Schema.FieldsList;
        return new Schema([.. columns, .. snapshot.MetadataColumns.Where(extra => columns.All(column => column.Name != extra.Name))], snapshot.Schema.Metadata);
    }

    /// <summary>How a data file's columns are found for those of <see cref="ReadSchema"/>.</summary>
    public ColumnMatching Matching { get; }

    /// <summary>Rows of the result; null for all. Readers may prune by it; the exact filter is applied once, after decoding.</summary>
    public Filter? Where { get; }

    /// <summary>What readers deliver: the result's columns, then those that only <see cref="Where"/> needs.</summary>
    public Schema ReadSchema { get; }

    /// <summary>What the target gets: the first columns of <see cref="ReadSchema"/>.</summary>
    public Schema OutputSchema { get; }

    /// <summary>
    /// Tells how a data file of the table is read: two scans with the same one, of whatever snapshots, get the same rows of a file, but for those that
    /// <see cref="Where"/> and deletes take away.
    /// </summary>
    public UInt128 Reading { get; }

    /// <summary>Whether a column tells of the row itself (<see cref="RowMetadata"/>): it depends on what the metadata say of the file, and on the positions of rows in it.</summary>
    public bool ReadsRowMetadata { get; }

    /// <summary>With ids, physical names and defaults, which are marks of the fields at every level.</summary>
    private static StringBuilder Describe(StringBuilder text, Field field)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n{field.Name}\0{SourceType.Describe(field)}\0{field.IsNullable}");
        if (field.HasMetadata)
            text.AppendJoin('\0', field.Metadata.OrderBy(mark => mark.Key, StringComparer.Ordinal).Select(mark => $"\0{mark.Key}={mark.Value}"));
        return field.DataType is NestedType nested ? nested.Fields.Aggregate(text.Append('('), Describe).Append(')') : text;
    }

    private static Schema Project(ITableSnapshot snapshot, IReadOnlyList<string> columns)
    {
        var projected = new List<Field>(columns.Count);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (string column in columns)
        {
            if (!seen.Add(column))
                throw new InvalidInputException("scan.column_twice", $"--columns names '{column}' twice. Name each column once.");
            projected.Add(FindColumn(snapshot, column));
        }

        return new Schema(projected, snapshot.Schema.Metadata);
    }

    private static Field FindColumn(ITableSnapshot snapshot, string column) =>
        Nameable(snapshot).FieldsList.FirstOrDefault(field => field.Name == column)
        ?? throw new InvalidInputException("scan.column_unknown",
            $"There is no column '{column}'. The table has: {string.Join(", ", snapshot.Schema.FieldsList.Select(f => f.Name))}."
            + (snapshot.MetadataColumns.Count == 0 ? "" : $" Of its rows it also tells: {string.Join(", ", snapshot.MetadataColumns.Select(f => f.Name))}."));

    private static Schema AddFilterColumns(Schema output, ITableSnapshot snapshot, Filter? where)
    {
        if (where is null)
            return output;

        List<Field> missing = [.. where.Columns().Distinct(StringComparer.Ordinal)
            .Where(column => output.FieldsList.All(field => field.Name != column))
            .Select(column => FindColumn(snapshot, column))];
        return missing.Count == 0 ? output : new Schema([.. output.FieldsList, .. missing], output.Metadata);
    }
}
