using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>Plans tables of a million files: how much CPU a file costs, how soon the first scan task is there, how memory grows.</summary>
internal sealed class Planning(string tables, int rounds)
{
    public const string Name = "planning";

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

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now("the tables of `datasets/make.sh many-files`");
        Series[] all = [.. Series.Labels.SelectMany(label => contestants.Select(contestant => new Series(contestant.Name, "bulkmover", label, IsBaseline: false)))];
        foreach (Series series in all)
        {
            // Fills the page cache; its times are not counted, because the collections take some.
            PlanContestant contestant = Array.Find(contestants, contestant => contestant.Name == series.Subject)!;
            PlanMeasurement run = await MeasureAsync(contestant, contestant.Tasks, cancellationToken);
            series.Add(("bytes kept a file", run.KeptBytes / (0.8 * contestant.Files)));
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in round % 2 == 0 ? all : all.Reverse())
            {
                PlanContestant contestant = Array.Find(contestants, contestant => contestant.Name == series.Subject)!;
                series.Add((await MeasureAsync(contestant, expectedTasks: 0, cancellationToken)).FiguresOf(contestant.Files));
            }
        }

        return new Run(Name, conditions, ["A process for each plan."], [Figure.Cpu], all);
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
}
