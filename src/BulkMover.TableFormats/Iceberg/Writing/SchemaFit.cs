using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Columns of rows beside those of a table that is there: how they are written, and which the table has to get.</summary>
/// <param name="Columns">In the rows' order, with the table's types, ids and nullability.</param>
/// <param name="New">Those of them that the table lacks: optional, with ids that it has never used.</param>
/// <param name="Filled">Columns of the table that the rows lack, with what all of them have in it (<see cref="WriteDefaults.Filled"/>).</param>
internal sealed record SchemaFit(IReadOnlyList<Field> Columns, IReadOnlyList<Field> New, IReadOnlyList<Field> Filled)
{
    /// <summary>Matches by name, as it is spelled. What fits loses nothing: the same type, or one that is widened ("Schema Evolution"). Dates
    /// do not go into timestamps, as version 3 would let a table's own columns be promoted: which time of the day is meant, rows of a source do not say. That is refused by name.</summary>
    /// <param name="columns">Of the rows.</param>
    /// <param name="schema">The table's current schema.</param>
    /// <param name="defaults">Of its fields.</param>
    /// <param name="lastId">The last field id that the table has used.</param>
    /// <param name="table">The table, for messages.</param>
    /// <exception cref="TargetException">A column has another type, or a name that differs from that of another one in case only, or the rows lack one that the table requires.</exception>
    public static SchemaFit Of(IReadOnlyList<Field> columns, IcebergSchema schema, WriteDefaults defaults, int lastId, string table)
    {
        Dictionary<string, Field> known = schema.Arrow.FieldsList.ToDictionary(field => field.Name, StringComparer.Ordinal);
        Field[] missing = [.. columns.Where(column => !known.ContainsKey(column.Name)).Select(AsOptional)];
        foreach (Field column in missing)
        {
            if (schema.Arrow.FieldsList.FirstOrDefault(there => string.Equals(there.Name, column.Name, StringComparison.OrdinalIgnoreCase)) is { } alike)
            {
                throw new TargetException("iceberg.column_case",
                    $"The table '{table}' has no column '{column.Name}' and has '{alike.Name}': names that differ in case only are one for many engines. Rename one of them, leave the column out with --columns, or copy to another table.");
            }
        }

        IReadOnlyList<Field> added = FieldNumbers.After(missing, lastId);
        Dictionary<string, Field> addedByName = added.ToDictionary(field => field.Name, StringComparer.Ordinal);

        HashSet<string> names = columns.Select(column => column.Name).ToHashSet(StringComparer.Ordinal);
        Field[] filled = [.. schema.Arrow.FieldsList.Where(column => !names.Contains(column.Name) && defaults.AreOf(column)).Select(defaults.Filled)];
        var fit = new Fit(defaults, table);
        fit.RefuseLacking(schema.Arrow.FieldsList, columns.Concat(filled), "the rows");
        return new SchemaFit(
            [.. columns.Select(column => known.TryGetValue(column.Name, out Field? field) ? fit.Written(column, field, column.Name) : addedByName[column.Name])],
            added, filled);
    }

    private static Field AsOptional(Field field) => new(field.Name, field.DataType, nullable: true, field.HasMetadata ? field.Metadata : null);

    private sealed class Fit(WriteDefaults defaults, string table)
    {
        public void RefuseLacking(IEnumerable<Field> wanted, IEnumerable<Field> given, string where)
        {
            HashSet<string> names = given.Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
            if (wanted.FirstOrDefault(field => !field.IsNullable && !names.Contains(field.Name)) is { } lacking)
                throw defaults.Missing(lacking.Name, where);
        }

        /// <summary>The rows' field as the table has it; of a struct, the members that the rows have.</summary>
        public Field Written(Field given, Field field, string path) =>
            new(field.Name, Type(given, field, path), field.IsNullable, field.HasMetadata ? field.Metadata : null);

        private IArrowType Type(Field given, Field field, string path)
        {
            if (field.DataType is NullType || field.IsVariant() || field.IsGeo())
                throw NotWritten(path, field);
            switch (given.DataType, field.DataType)
            {
                case (ListType from, ListType to):
                    return new ListType(Written(from.ValueField, to.ValueField, $"{path}.element"));
                case (MapType from, MapType to):
                    return new MapType(Written(from.KeyField, to.KeyField, $"{path}.key"), Written(from.ValueField, to.ValueField, $"{path}.value"));
                case (StructType from, StructType to):
                    return Members(from, to, path);
                default:
                    return Holds(given, field) ? field.DataType : throw Differs(path, $"is {SchemaJson.Describe(field)} there and {SchemaJson.Describe(given)} in the rows");
            }
        }

        private StructType Members(StructType given, StructType group, string path)
        {
            Dictionary<string, Field> known = group.Fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
            RefuseLacking(group.Fields, given.Fields, $"the rows' '{path}'");
            foreach (Field lacking in group.Fields.ExceptBy(given.Fields.Select(member => member.Name), member => member.Name, StringComparer.Ordinal))
                defaults.RefuseMember(lacking, $"{path}.{lacking.Name}");
            return new StructType([.. given.Fields.Select(member => known.TryGetValue(member.Name, out Field? field)
                ? Written(member, field, $"{path}.{member.Name}")
                : throw Differs($"{path}.{member.Name}", "is not there, and only columns are added to a table, not members of a struct"))]);
        }

        private static bool Holds(Field given, Field field) => (given.DataType, field.DataType) switch
        {
            (Int32Type, Int64Type) or (FloatType, DoubleType) => true,
            (Decimal128Type from, Decimal128Type to) => from.Scale == to.Scale && from.Precision <= to.Precision,
            (Decimal128Type, _) or (_, Decimal128Type) => false,
            (TimestampType from, TimestampType to) => (from.Timezone is null) == (to.Timezone is null),
            (FixedSizeBinaryType from, FixedSizeBinaryType to) => from.ByteWidth == to.ByteWidth && given.IsUuid() == field.IsUuid(),
            var (from, to) => from.TypeId == to.TypeId,
        };

        private TargetException NotWritten(string path, Field field) => new("iceberg.type_not_written",
            $"'{path}' of the table '{table}' is {SchemaJson.Describe(field)}, which is not written. Leave the column out with --columns, or copy to another table.");

        private TargetException Differs(string path, string how) => new("iceberg.column_differs",
            $"'{path}' of the table '{table}' {how}. Change the table, leave the column out with --columns, or copy to another table.");
    }
}
