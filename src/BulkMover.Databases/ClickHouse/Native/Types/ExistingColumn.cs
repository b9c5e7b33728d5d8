using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Types;

/// <summary>
/// Fits a mapped type to a column that exists. The values are sent as the mapping says and the server turns them into the column's type,
/// which must lose nothing; what the server would turn wrongly is found here.
/// </summary>
public static class ExistingColumn
{
    /// <summary>The type to send: nulls only where the column has a place for them, and only the values that it holds.</summary>
    /// <param name="type">What the mapping gives the source field.</param>
    /// <param name="columnType">The column's type as the server writes it.</param>
    /// <exception cref="TargetException">The column's type cannot hold all that arrives; the message names both types.</exception>
    public static MappedType Fit(MappedType type, string columnType)
    {
        string? problem = TryFit(type, ClickHouseTypeParser.Parse(columnType), out MappedType fitted);
        return problem is null ? fitted : throw new TargetException("clickhouse.type_mismatch",
            $"Column '{type.Path}' is {SourceType.Describe(type.Field)} in the source, which arrives as {type.TargetType}, "
            + $"and {columnType} in the target: {problem}. Change the column's type, leave the column out with --columns, or copy into a new table.");
    }

    private static string? TryFit(MappedType type, ClickHouseType column, out MappedType fitted)
    {
        fitted = type;
        ClickHouseType bare = column.Unwrapped;
        if (type.Row.Form == ValueForm.OnlyNulls)
            return column.IsNullable ? null : "it has no place for nulls, and the source has nothing else";

        MappedType[] children = [.. type.Children];
        ValueRange? range = type.Range;
        string? problem = type.Row.Form switch
        {
            ValueForm.Dictionary => TryFit(children[0], column, out children[0]),
            ValueForm.List or ValueForm.LargeList or ValueForm.FixedSizeList => FitChildren(children, bare, "Array"),
            ValueForm.Map => FitChildren(children, bare, "Map"),
            ValueForm.Struct => FitFields(children, bare),
            _ => LosslessConversion.Problem(type, ClickHouseTypeParser.Parse(type.TargetType).Unwrapped, bare, ref range),
        };
        if (problem is not null)
            return problem;

        bool holdsNulls = type.HoldsNulls && column.IsNullable;
        fitted = type.For(holdsNulls, range, children);
        if (bare.Name.StartsWith("DateTime", StringComparison.Ordinal) && bare.Arguments is not [.., { Literal: "'UTC'" }] && type.Row.Difference is not null)
            fitted = fitted with { Row = type.Row with { Difference = "It is kept as UTC; the column shows it in a zone of its own or in the server's." } };
        return null;
    }

    private static string? FitFields(MappedType[] fields, ClickHouseType tuple) =>
        fields.Select(field => field.Field.Name).SequenceEqual(tuple.Arguments.Select(argument => argument.Name), StringComparer.Ordinal)
            ? FitChildren(fields, tuple, "Tuple")
            : "the names of the fields differ, or their order";

    private static string? FitChildren(MappedType[] children, ClickHouseType column, string name)
    {
        if (column.Name != name || column.Arguments.Count != children.Length)
            return $"it is no {name}";
        for (int i = 0; i < children.Length; i++)
        {
            if (column.Arguments[i].Type is not { } inner)
                return $"it is no {name} of types";
            if (TryFit(children[i], inner, out children[i]) is { } problem)
                return $"{children[i].Path}: {problem}";
        }

        return null;
    }
}
