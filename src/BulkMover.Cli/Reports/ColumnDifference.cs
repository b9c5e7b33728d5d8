using System.Globalization;
using BulkMover.Core.Targets;

namespace BulkMover.Cli.Reports;

/// <summary>A column whose values differ.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Nulls">Nulls in the source.</param>
/// <param name="TargetNulls">Nulls in the target.</param>
internal sealed record ColumnDifference(string Name, long Nulls, long TargetNulls)
{
    public static IEnumerable<ColumnDifference> Of(IReadOnlyList<string> columns, Difference difference) =>
        difference.Source.DifferingColumns(difference.Target)
            .Select(i => new ColumnDifference(columns[i], difference.Source.Columns[i].Nulls, difference.Target.Columns[i].Nulls));

    /// <summary>By how much two sides differ, for people.</summary>
    public static string Describe(IReadOnlyList<string> columns, Difference difference)
    {
        long more = difference.Target.Rows - difference.Source.Rows;
        string rows = more == 0 ? "" : $"{Text(Math.Abs(more))} {(Math.Abs(more) == 1 ? "row" : "rows")} {(more > 0 ? "more" : "fewer")} in the target than the {Text(difference.Source.Rows)} of the source; ";
        ColumnDifference[] differing = [.. Of(columns, difference)];
        return rows + (differing.Length == 0 ? "each column has the same values, but some of them in other rows" : $"values differ in {string.Join(", ", differing.Select(Describe))}");
    }

    private static string Describe(ColumnDifference column) => column.Nulls == column.TargetNulls
        ? $"'{column.Name}'"
        : $"'{column.Name}' ({Text(column.Nulls)} nulls in the source, {Text(column.TargetNulls)} in the target)";

    private static string Text(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
