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
        foreach (string verdict in Verdicts(run))
            text.Append(Invariant($"{verdict}  \n"));
        return text.ToString();
    }

    private static IEnumerable<string> Verdicts(Run run)
    {
        foreach (Ratio ratio in Ratio.Of(run))
        {
            yield return Invariant($"{ratio.Subject}: {ratio.Figure}: {ratio.Contestant} takes {ratio.Value:F2} × what {ratio.Baseline} takes (A/A {Ratio.FloorOf(run, ratio.Subject, ratio.Figure)}).");
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
