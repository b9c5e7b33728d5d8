using System.Globalization;
using System.Text;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>Plans tables of a million files: how much CPU a file costs, how soon the first scan task is there, how memory grows.</summary>
internal sealed class Planning(string tables, int rounds)
{
    public const string Name = "planning";

    private const double MiB = 1024 * 1024;

    private readonly PlanContestant[] contestants =
    [
        new("Iceberg", "iceberg", "iceberg", "", 1_000_000, 1_000_000),
        new("Iceberg, 100,000 files", "iceberg", "iceberg-100k", "", 100_000, 100_000),
        new("Iceberg, one region of twenty", "iceberg", "iceberg", "region = 'region-07'", 1_000_000, 50_000),
        new("Iceberg, 90,000 position and 10,000 equality delete files", "iceberg", "iceberg-deletes", "", 1_000_000, 1_000_000),
        new("Iceberg, 100,000 deletion vectors", "iceberg", "iceberg-vectors", "", 1_000_000, 1_000_000),
        new("Delta, multi-part checkpoint", "delta", "delta", "", 1_000_000, 999_900),
        new("Delta, one region of twenty", "delta", "delta", "region = 'region-07'", 1_000_000, 50_000),
        new("Delta, sidecars, 100,000 deletion vectors", "delta", "delta-sidecars", "", 1_000_000, 999_900),
    ];

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        Conditions conditions = Conditions.Now("the tables of `datasets/make.sh many-files`, in the page cache");
        foreach (PlanContestant contestant in contestants)
        {
            // Fills the page cache; its times are not counted, because the collections take some.
            PlanMeasurement run = await MeasureAsync(contestant, contestant.Tasks, cancellationToken);
            contestant.KeptBytesPerFile = run.KeptBytes / (0.8 * contestant.Files);
        }

        for (int round = 0; round < 2 * rounds; round++)
        {
            foreach (PlanContestant contestant in round / 2 % 2 == 0 ? contestants : contestants.Reverse())
                contestant.Series[round % 2].Add(await MeasureAsync(contestant, expectedTasks: 0, cancellationToken));
        }

        return Section(conditions);
    }

    private async Task<PlanMeasurement> MeasureAsync(PlanContestant contestant, long expectedTasks, CancellationToken cancellationToken)
    {
        string table = Path.Combine(tables, contestant.Table);
        PlanMeasurement run = await PlanProcess.StartAsync(contestant.Format, table, contestant.Where, expectedTasks, cancellationToken);
        await Console.Error.WriteLineAsync($"{contestant.Name}: {run}");
        return run.Tasks == contestant.Tasks
            ? run
            : throw new InvalidOperationException($"The plan of {table} has {run.Tasks} tasks, not {contestant.Tasks}: its times say nothing.");
    }

    private string Section(Conditions conditions)
    {
        var text = new StringBuilder();
        text.Append(Invariant($"\n## {conditions.Date}, commit {conditions.Commit}\n\n"));
        text.Append(Invariant($"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n"));
        text.Append(Invariant($"Dataset: {conditions.Dataset}.  \n"));
        text.Append(Invariant($"n = {2 * rounds}, alternating, a process each; median (least–most). A/A is the difference of two series in CPU time.\n\n"));
        text.Append("| | files a CPU second | CPU s | A/A | wall s | first task s | peak MiB | bytes kept a file |\n|---|---|---|---|---|---|---|---|\n");
        foreach (PlanContestant contestant in contestants)
            text.Append(Row(contestant));
        return text.ToString();
    }

    private static string Row(PlanContestant contestant)
    {
        string Cell(Func<PlanMeasurement, double> value, string format) => Spread.Of(contestant.Runs.Select(value)).ToString(format);
        double[] series = [.. contestant.Series.Select(runs => Spread.Of(runs.Select(run => run.CpuSeconds)).Median)];
        return Invariant($"| {contestant.Name} | {Cell(run => contestant.Files / run.CpuSeconds / 1000, "F0")} k | {Cell(run => run.CpuSeconds, "F2")} ")
            + Invariant($"| ±{Math.Abs((series[0] / series[1]) - 1):P0} | {Cell(run => run.WallSeconds, "F2")} | {Cell(run => run.FirstTaskSeconds, "F2")} ")
            + Invariant($"| {Cell(run => run.PeakBytes / MiB, "F0")} | {contestant.KeptBytesPerFile:F1} |\n");
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
