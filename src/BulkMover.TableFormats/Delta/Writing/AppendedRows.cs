using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>How rows fit a table that is there.</summary>
/// <param name="Rows">The rows' columns in the table's types, in the rows' order.</param>
/// <param name="Added">Columns that the table lacks.</param>
internal sealed record AppendedRows(IReadOnlyList<Field> Rows, IReadOnlyList<Field> Added)
{
    /// <param name="source">Columns of the rows.</param>
    /// <param name="table">Columns of the table.</param>
    /// <param name="mapped">Gives columns that are added their physical names and ids; null where the table does not map names.</param>
    /// <exception cref="TargetException">They do not fit.</exception>
    public static AppendedRows Of(Schema source, Schema table, MappedColumns? mapped)
    {
        RowTypes.ThrowIfNamesCollide(source.FieldsList);
        var rows = new List<Field>();
        var added = new List<Field>();
        foreach (Field field in source.FieldsList)
        {
            if (table.FieldsList.FirstOrDefault(other => other.Name.Equals(field.Name, StringComparison.OrdinalIgnoreCase)) is not { } there)
            {
                if (mapped is null && RowTypes.FindUnfit(field) is { } unfit)
                {
                    throw new TargetException("delta.column_name",
                        $"'{unfit.Name}'{(unfit == field ? "" : $" in column '{field.Name}'")} cannot be the name of a column that this table gets: only in Delta tables with column mapping may blanks and any of \",;{{}}()=\", tab and new line be in it. Leave it out with --columns, set delta.columnMapping.mode to name with the table's engine, or copy into a new table.");
                }

                Field made = RowTypes.Of(field);
                // Rows that are there have no value.
                made = new Field(made.Name, made.DataType, nullable: true);
                added.Add(mapped is null ? made : mapped.Add(made));
                rows.Add(added[^1]);
                continue;
            }

            if (there.Name != field.Name)
            {
                throw new TargetException("delta.column_case",
                    $"The source has a column '{field.Name}' and the table '{there.Name}': for Delta that is one name, but files would not have it. Leave it out with --columns.");
            }

            ThrowIfMeaningDiffers(field, there, field.Name);
            rows.Add(there);
        }

        if (table.FieldsList.FirstOrDefault(field => !field.IsNullable && rows.TrueForAll(row => row.Name != field.Name)) is { } required)
        {
            throw new TargetException("delta.column_required",
                $"The table requires a value of column '{required.Name}', which the copy does not have. Have it in --columns, or allow nulls in the table.");
        }

        return new AppendedRows(rows, added);
    }

    /// <summary>Conversion alone would take these for the same, because their bytes are, or drop members that the table lacks.</summary>
    private static void ThrowIfMeaningDiffers(Field from, Field to, string column)
    {
        switch (from.DataType, to.DataType)
        {
            case (StructType a, StructType b):
                foreach (Field member in a.Fields)
                {
                    Field? there = b.Fields.FirstOrDefault(other => other.Name == member.Name);
                    ThrowIfMeaningDiffers(member, there ?? throw Differs($"has '{member.Name}' in it in the source and not in the table"), column);
                }

                break;
            case (MapType a, MapType b):
                ThrowIfMeaningDiffers(a.KeyField, b.KeyField, column);
                ThrowIfMeaningDiffers(a.ValueField, b.ValueField, column);
                break;
            case (ListType a, ListType b):
                ThrowIfMeaningDiffers(a.ValueField, b.ValueField, column);
                break;
            case (TimestampType a, TimestampType b) when string.IsNullOrEmpty(a.Timezone) != string.IsNullOrEmpty(b.Timezone):
            case (BinaryType, StringType):
                throw Differs($"is {SourceType.Describe(from)} in the source and {SourceType.Describe(to)} in the table");
        }

        TargetException Differs(string how) => new("delta.column_differs", $"Column '{column}' {how}. Leave it out with --columns, or copy into another table.");
    }
}
