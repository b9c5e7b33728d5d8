using System.Globalization;
using System.Text;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Results;

/// <summary>Tables of figures in Markdown: a line for each contestant of a subject.</summary>
internal static class FigureTable
{
    /// <param name="run">Whose.</param>
    /// <param name="isByLabel">Each series has a line of its own.</param>
    public static string Of(Run run, bool isByLabel)
    {
        string[] figures = [.. run.Series.SelectMany(series => series.Figures.Keys).Distinct(StringComparer.Ordinal)];
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"| | | {string.Join(" | ", figures)} |\n|---|---{string.Concat(figures.Select(_ => "|---:"))}|\n");
        var bySubject = run.Series.GroupBy(series => series.Subject).SelectMany(subject => subject.GroupBy(series => series.Contestant)).SelectMany(series => series);
        foreach (var line in bySubject.GroupBy(series => (series.Subject, series.Contestant, Label: isByLabel ? $" {series.Label}" : "")))
            text.Append(CultureInfo.InvariantCulture, $"| {line.Key.Subject} | {line.Key.Contestant}{line.Key.Label} | {string.Join(" | ", figures.Select(figure => Cell(line, figure)))} |\n");
        return text.ToString();
    }

    public static string Number(double value) => value.ToString(FormatOf(value), CultureInfo.InvariantCulture);

    private static string Cell(IEnumerable<Series> line, string figure)
    {
        double[] values = [.. line.SelectMany(series => series.Figures.GetValueOrDefault(figure) ?? [])];
        if (values.Length == 0)
            return "";
        var spread = Spread.Of(values);
        return spread.Min == spread.Max ? Number(spread.Median) : spread.ToString(FormatOf(spread.Median));
    }

    /// <summary>Three digits or more.</summary>
    private static string FormatOf(double value) => Math.Abs(value) >= 100 || double.IsInteger(value) ? "N0" : Math.Abs(value) >= 1 ? "F2" : "F3";
}
