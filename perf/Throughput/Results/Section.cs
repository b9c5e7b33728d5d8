using System.Globalization;
using System.Text;

namespace BulkMover.Throughput.Results;

/// <summary>A run as a dated section of its scenario's page, in Markdown.</summary>
internal static class Section
{
    public static string Of(Run run)
    {
        Conditions conditions = run.Conditions;
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Dataset: {conditions.Dataset}; in the page cache.  \n"));
        foreach (string note in run.Notes)
            text.Append(Invariant($"{note}  \n"));
        text.Append(Invariant($"n = {run.Series.Max(series => series.Figures.Values.Max(values => values.Count))} per series, in turns; median (least–most).\n\n"));
        text.Append(FigureTable.Of(run, isByLabel: true)).Append('\n');
        foreach ((Ratio pair, string ratios) in Ratio.Lines(run))
            text.Append(Invariant($"{pair.Subject}: {pair.Contestant} ÷ {pair.Baseline} (A/A): {ratios}.  \n"));
        return text.ToString();
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
