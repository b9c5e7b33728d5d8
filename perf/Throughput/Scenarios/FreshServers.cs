using System.Diagnostics;
using System.Globalization;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>Contestants that each fill a table of a ClickHouse server of their own, in turns.</summary>
/// <param name="contestants">The last one is what the others are held against.</param>
/// <param name="file">The Parquet file whose rows they bring.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class FreshServers(IReadOnlyList<IContestant> contestants, string file, int rounds)
{
    /// <summary>What each contestant fills.</summary>
    public const string Table = "lineitem";

    public const string SortingKey = "l_orderkey,l_linenumber";

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        // Each contestant twice: two series of the same thing differ by what the machine does, and no smaller difference counts.
        Series[] all = [.. ((string[])["A", "B"]).SelectMany(label => contestants.Select(contestant => new Series(contestant, label)))];
        Conditions conditions = Conditions.Now(Conditions.OfFile(file));
        await MeasureAsync(contestants[0], cancellationToken); // Fills the page cache; not counted.
        for (int round = 0; round < rounds; round++)
        {
            // Turned round each time, so that nobody always runs after the same neighbour.
            foreach (Series series in round % 2 == 0 ? all : all.Reverse())
            {
                Measurement run = await MeasureAsync(series.Contestant, cancellationToken);
                series.Runs.Add(run);
                Console.Error.WriteLine(Line(round, series, run));
            }
        }

        RequireSameContent(all);
        return new Section(conditions, rounds, contestants.Select(contestant => contestant.Command), all).ToString();
    }

    /// <summary>Each run has a server of its own, so that no run inherits caches, merges or memory.</summary>
    private async Task<Measurement> MeasureAsync(IContestant contestant, CancellationToken cancellationToken)
    {
        await using Engine server = await Engine.StartScratchAsync(Path.GetDirectoryName(file)!, cancellationToken);
        await contestant.PrepareAsync(server, cancellationToken);

        ProcFile.ResetPeak(server.ProcessId);
        double serverCpuBefore = ProcFile.CpuSeconds(server.ProcessId);
        long start = Stopwatch.GetTimestamp();
        (double moverCpu, long moverPeak) = await contestant.RunAsync(server, cancellationToken);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double serverCpu = ProcFile.CpuSeconds(server.ProcessId) - serverCpuBefore;
        long serverPeak = ProcFile.PeakBytes(server.ProcessId) ?? throw new InvalidOperationException("The server has ended.");

        string parts = await server.RunAsync(
            $"SELECT count() FROM system.parts WHERE active AND table = '{Table}'", cancellationToken);
        string content = await server.RunAsync(
            $"SELECT count(), sum(cityHash64(*)), (SELECT sorting_key FROM system.tables WHERE name = '{Table}') " +
            $"FROM {Table}", cancellationToken);
        return new Measurement(
            wall, moverCpu, serverCpu, moverPeak, serverPeak, long.Parse(parts, CultureInfo.InvariantCulture), content);
    }

    private static string Line(int round, Series series, Measurement run) =>
        $"round {round + 1} {series.Contestant.Name} {series.Label}: {run.WallSeconds:F2} s, CPU {run.MoverCpuSeconds:F2} + {run.ServerCpuSeconds:F2} s, " +
        $"peak {run.MoverPeakBytes >> 20:N0} + {run.ServerPeakBytes >> 20:N0} MiB, {run.Parts} parts, {run.Content}";

    private static void RequireSameContent(IEnumerable<Series> all)
    {
        string[] contents = [.. all.SelectMany(series => series.Runs).Select(run => run.Content).Distinct(StringComparer.Ordinal)];
        if (contents.Length > 1)
            throw new InvalidOperationException($"The runs did not give the same table, so their times cannot be compared: {string.Join(" | ", contents)}");
    }
}
