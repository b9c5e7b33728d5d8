namespace BulkMover.Throughput.Results;

/// <summary>A run with those of its subjects that no later run of its scenario has.</summary>
/// <param name="Run">The run; all its series are of such subjects.</param>
/// <param name="Number">Among those of its scenario that are shown, from 0.</param>
internal sealed record NewestRun(Run Run, int Number)
{
    public string PlotName => $"{Run.Scenario}{(Number == 0 ? "" : $"-{Number + 1}")}.svg";

    /// <param name="runs">Of all scenarios; later ones of a scenario stand behind earlier ones.</param>
    public static IEnumerable<NewestRun> Of(IEnumerable<Run> runs) => runs.GroupBy(run => run.Scenario).SelectMany(OfScenario);

    private static IEnumerable<NewestRun> OfScenario(IEnumerable<Run> runs)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int number = 0;
        foreach (Run run in runs.Reverse())
        {
            Series[] series = [.. run.Series.Where(series => !seen.Contains(series.Subject))];
            seen.UnionWith(series.Select(one => one.Subject));
            if (series.Length > 0)
                yield return new NewestRun(run with { Series = series }, number++);
        }
    }
}
