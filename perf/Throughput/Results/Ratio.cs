using System.Globalization;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Results;

/// <summary>What a contestant takes of what a baseline takes.</summary>
/// <param name="Subject">What both did.</param>
/// <param name="Figure">Of which figure.</param>
/// <param name="Contestant">Whose.</param>
/// <param name="Baseline">Beside whose.</param>
/// <param name="Value">The median of all its runs divided by that of all the baseline's.</param>
internal sealed record Ratio(string Subject, string Figure, string Contestant, string Baseline, double Value)
{
    /// <summary>Of each pair of a contestant and a baseline, the ratios of all figures, with A/A, in Markdown.</summary>
    public static IEnumerable<(Ratio Pair, string Ratios)> Lines(Run run) => Of(run)
        .GroupBy(ratio => (ratio.Subject, ratio.Contestant, ratio.Baseline))
        .Select(pair => (pair.First(), string.Join(", ", pair.Select(ratio =>
            string.Create(CultureInfo.InvariantCulture, $"{ratio.Figure} **{ratio.Value:F2}**{FloorOf(run, ratio.Subject, ratio.Figure)}")))));

    public static IEnumerable<Ratio> Of(Run run) =>
        from subject in run.Series.GroupBy(series => series.Subject)
        from figure in run.Compared
        from baseline in Of(subject, figure).Where(contestant => contestant.IsBaseline)
        from contestant in Of(subject, figure).Where(contestant => !contestant.IsBaseline)
        select new Ratio(subject.Key, figure, contestant.Name, baseline.Name, contestant.Median / baseline.Median);

    /// <summary>A/A: by how much the two series of one contestant differ at most; empty where each has only one.</summary>
    private static string FloorOf(Run run, string subject, string figure) => run.Series
        .Where(series => series.Subject == subject && series.Figures.ContainsKey(figure))
        .GroupBy(series => series.Contestant)
        .Where(pair => pair.Count() == 2)
        .Select(pair => Math.Abs((Spread.Of(pair.First().Figures[figure]).Median / Spread.Of(pair.Last().Figures[figure]).Median) - 1))
        .Select(floor => (double?)floor).Max() is { } most ? string.Create(CultureInfo.InvariantCulture, $" (±{most:P0})") : "";

    private static IEnumerable<(string Name, bool IsBaseline, double Median)> Of(IEnumerable<Series> subject, string figure) => subject
        .Where(series => series.Figures.ContainsKey(figure))
        .GroupBy(series => series.Contestant)
        .Select(pair => (pair.Key, pair.First().IsBaseline, Spread.Of(pair.SelectMany(series => series.Figures[figure])).Median));
}
