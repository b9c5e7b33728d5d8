using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Comparisons;

/// <summary>
/// The columns in which two tables are compared: those of the target, in its types. The source's rows are converted as a copy converts them; what they lack
/// is what a copy writes there: the default of new rows, or a null.
/// </summary>
internal static class ComparedColumns
{
    /// <summary>The source's columns in its order, then those that only the target has. All may be null: what the target requires is no question here.</summary>
    /// <param name="source">Columns that are read of the source.</param>
    /// <param name="target">All columns of the target.</param>
    /// <param name="name">The target, for messages.</param>
    /// <param name="lacking">A column that only the target has, with what a copy writes into it as its default (<see cref="Core.Tables.ITableSnapshot.InNewRows"/>).</param>
    /// <exception cref="TargetException">The target lacks a column or a member, or takes the same bytes for something else.</exception>
    public static Schema Of(Schema source, Schema target, string name, Func<Field, Field> lacking)
    {
        ThrowIfTwice(source, "the source");
        ThrowIfTwice(target, $"'{name}'");
        Dictionary<string, Field> byName = target.FieldsList.ToDictionary(field => field.Name, StringComparer.Ordinal);
        var columns = new List<Field>();
        foreach (Field field in source.FieldsList)
        {
            Field there = byName.GetValueOrDefault(field.Name) ?? throw Lacks(name, $"column '{field.Name}'", field.Name);
            ThrowIfMeaningDiffers(field, there, name, field.Name);
            columns.Add(there);
        }

        HashSet<string> known = [.. source.FieldsList.Select(field => field.Name)];
        return new Schema([.. columns.Concat(target.FieldsList.Where(field => !known.Contains(field.Name)).Select(lacking)).Select(AsOptional)], null);
    }

    private static void ThrowIfTwice(Schema schema, string where)
    {
        if (schema.FieldsList.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new TargetException("verify.column_twice", $"There is more than one column '{twice.Key}' in {where}, and which is to be compared cannot be told. Write the table with one of each name.");
    }

    /// <summary>Conversion alone would take these for the same, because their bytes are, or drop members that the target lacks.</summary>
    private static void ThrowIfMeaningDiffers(Field from, Field to, string target, string path)
    {
        switch (from.DataType, to.DataType)
        {
            case (StructType a, StructType b):
                foreach (Field member in a.Fields)
                {
                    Field there = b.Fields.FirstOrDefault(other => other.Name == member.Name) ?? throw Lacks(target, $"member '{path}.{member.Name}'", path.Split('.')[0]);
                    ThrowIfMeaningDiffers(member, there, target, $"{path}.{member.Name}");
                }

                break;
            case (MapType a, MapType b):
                ThrowIfMeaningDiffers(a.KeyField, b.KeyField, target, $"{path}.key");
                ThrowIfMeaningDiffers(a.ValueField, b.ValueField, target, $"{path}.value");
                break;
            case (ListType a, ListType b):
                ThrowIfMeaningDiffers(a.ValueField, b.ValueField, target, $"{path}.element");
                break;
            case (TimestampType a, TimestampType b) when string.IsNullOrEmpty(a.Timezone) != string.IsNullOrEmpty(b.Timezone):
            case (BinaryType, StringType):
                throw Differs($"'{path}' is {SourceType.Describe(from)} in the source and {SourceType.Describe(to)} in '{target}'.");
        }
    }

    /// <summary>At every level. A variant is its text on both sides, and told by a mark that only files need.</summary>
    private static Field AsOptional(Field field) => new(
        field.Name,
        field.DataType switch
        {
            StructType type => new StructType([.. type.Fields.Select(AsOptional)]),
            MapType type => new MapType(new Field(type.KeyField.Name, AsOptional(type.KeyField).DataType, nullable: false), AsOptional(type.ValueField), type.KeySorted),
            ListType type => new ListType(AsOptional(type.ValueField)),
            var type => type,
        },
        nullable: true, field.HasMetadata && !field.IsVariant() ? field.Metadata : null);

    public static TargetException Differs(string how, Exception? inner = null) =>
        new("verify.column_differs", $"{how} A copy would not bring the one into the other. Leave the column out with --columns.", inner);

    private static TargetException Lacks(string target, string what, string column) => new("verify.column_missing",
        $"'{target}' has no {what}, and the source does. Copy again with --mode replace, or compare the other columns: name them, without '{column}', with --columns.");
}
