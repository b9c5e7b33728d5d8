using System.Globalization;
using BulkMover.Throughput.Plans;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>Plans tables of very many files: how much CPU a file costs, how soon the first scan task is there, how memory grows.</summary>
/// <param name="tables">The directory of the tables.</param>
/// <param name="files">Data files of each; a tenth of it in the small one.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class Planning(string tables, int files, int rounds)
{
    public const string Name = "planning";

    private const string Region = "region = 'region-07'";

    /// <summary>What the generator's Delta tables have removed.</summary>
    private const int Removed = 100;

    private readonly PlanContestant[] contestants =
    [
        new("Iceberg", "iceberg", "iceberg", "", files, files),
        new("Iceberg, a tenth of the files", "iceberg", "iceberg-tenth", "", files / 10, files / 10),
        new("Iceberg, one region of twenty", "iceberg", "iceberg", Region, files, files / 20),
        new("Iceberg, position delete files of 9 % of the files, equality delete files of 1 %", "iceberg", "iceberg-deletes", "", files, files),
        new("Iceberg, deletion vectors of 10 %", "iceberg", "iceberg-vectors", "", files, files),
        new("Delta, multi-part checkpoint", "delta", "delta", "", files, files - Removed),
        new("Delta, one region of twenty", "delta", "delta", Region, files, files / 20),
        new("Delta, sidecars, deletion vectors of 10 %", "delta", "delta-sidecars", "", files, files - Removed),
    ];

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(string.Create(CultureInfo.InvariantCulture, $"the tables of `datasets/make.sh many-files`, {files:N0} files"));
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
                series.Add((await MeasureAsync(contestant, expectedTasks: 0, cancellationToken)).ToFigures(contestant.Files));
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
