using System.Globalization;
using System.Text;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Scenarios;

namespace BulkMover.Throughput.Reports;

/// <summary>One dated section of a results page, in Markdown.</summary>
internal sealed class Section(Conditions conditions, int rounds, IEnumerable<string> commands, Series[] all)
{
    private const double MiB = 1024 * 1024;

    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Dataset: {conditions.Dataset}; in the page cache.  \n"));
        text.Append(Invariant($"Content of every target (rows, hash, sorting key): {all[0].Runs[0].Content.Replace('\t', ' ')}.  \n"));
        foreach (string command in commands) text.Append(Invariant($"`{command}`  \n"));
        text.Append(Invariant($"n = {rounds} per series, alternating, a fresh server for each run; median (least–most).\n\n"));
        text.Append("| | wall s | CPU s | of it mover | of it server | peak mover MiB | peak server MiB | parts |\n|---|---|---|---|---|---|---|---|\n");
        foreach (Series series in all) text.Append(Row($"{series.Contestant.Name} {series.Label}", series.Runs));
        text.Append('\n').Append(Verdict());
        return text.ToString();
    }

    private static string Row(string name, IReadOnlyList<Measurement> runs)
    {
        string Cell(Func<Measurement, double> value, string format) => Spread.Of(runs.Select(value)).ToString(format);
        return $"| {name} | {Cell(run => run.WallSeconds, "F2")} | {Cell(run => run.CpuSeconds, "F2")} | {Cell(run => run.MoverCpuSeconds, "F2")} " +
            $"| {Cell(run => run.ServerCpuSeconds, "F2")} | {Cell(run => run.MoverPeakBytes / MiB, "F0")} | {Cell(run => run.ServerPeakBytes / MiB, "F0")} " +
            $"| {Cell(run => run.Parts, "F0")} |\n";
    }

    private string Verdict()
    {
        IGrouping<string, Series>[] contestants = [.. all.GroupBy(series => series.Contestant.Name)];
        var text = new StringBuilder();
        foreach ((string what, Func<Measurement, double> value) in new (string, Func<Measurement, double>)[]
            { ("CPU", run => run.CpuSeconds), ("wall", run => run.WallSeconds) })
        {
            double floor = contestants.Max(pair => Math.Abs((Median([pair.First()], value) / Median([pair.Last()], value)) - 1));
            foreach (IGrouping<string, Series> contestant in contestants[..^1])
                text.Append(Invariant($"{what}: {contestant.Key} takes {Median(contestant, value) / Median(contestants[^1], value):F2} × what {contestants[^1].Key} takes (A/A ±{floor:P0}).  \n"));
        }

        foreach (IGrouping<string, Series> contestant in contestants) text.Append(Bound(contestant));
        return text.ToString();
    }

    /// <summary>How many of the machine's cores were busy says whether the processors or something else was waited for.</summary>
    private static string Bound(IGrouping<string, Series> contestant)
    {
        double busy = Median(contestant, run => run.CpuSeconds / run.WallSeconds);
        int cores = Environment.ProcessorCount;
        string bound = busy > 0.85 * cores ? "bound by the processors" : "the rest of the time the disk, a lock or another program on the processors is waited for";
        return Invariant($"{contestant.Key}: {busy:F2} of {cores} cores busy: {bound}.  \n");
    }

    private static double Median(IEnumerable<Series> series, Func<Measurement, double> value) =>
        Spread.Of(series.SelectMany(one => one.Runs).Select(value)).Median;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
