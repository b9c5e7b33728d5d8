using System.Diagnostics;
using System.Globalization;
using BulkMover.Core.Errors;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Copies;

/// <summary>Contestants that each fill a table of a ClickHouse server of their own, in turns.</summary>
/// <param name="load">The rows that they bring.</param>
internal sealed class FreshServers(Load load)
{
    /// <summary>What each contestant fills.</summary>
    public const string Table = "target";

    /// <summary>By which figures copies are compared.</summary>
    public static IReadOnlyList<string> Compared { get; } = [Figure.Wall, Figure.Cpu, Figure.ServerCpu];

    /// <param name="contestants">Who takes part.</param>
    /// <param name="rounds">Runs of each series.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>What was measured, what all targets held, and why a baseline could not.</returns>
    /// <exception cref="InvalidOperationException">Two runs did not give the same rows.</exception>
    public async Task<(IReadOnlyList<Series> Series, IReadOnlyList<string> Notes)> RunAsync(IReadOnlyList<IContestant> contestants, int rounds, CancellationToken cancellationToken)
    {
        Series[] all = [.. Series.Labels.SelectMany(label => contestants.Select(contestant => new Series(load.Subject, contestant.Name, label, contestant.IsBaseline)))];
        // Fills the page cache; not counted.
        string content = (await MeasureAsync(contestants[0], cancellationToken)).Content;
        List<string> notes = [$"Content of every target of {load.Subject} (rows, hash, sorting key): {content.Replace('\t', ' ')}."];
        var unable = new HashSet<string>(StringComparer.Ordinal);
        for (int round = 0; round < rounds; round++)
        {
            // Turned round each time, so that nobody always runs after the same neighbour.
            foreach (Series series in (round % 2 == 0 ? all : all.Reverse()).Where(series => !unable.Contains(series.Contestant)))
            {
                CopyMeasurement run;
                try
                {
                    run = await MeasureAsync(contestants.First(contestant => contestant.Name == series.Contestant), cancellationToken);
                }
                catch (BulkMoverException refused) when (series.IsBaseline)
                {
                    // What it cannot do is a result, too.
                    unable.Add(series.Contestant);
                    notes.Add($"{load.Subject}: {series.Contestant} fails. {refused.Message.ReplaceLineEndings(" ")}");
                    continue;
                }

                await Console.Error.WriteLineAsync($"{load.Subject}, round {round + 1}, {series.Contestant} {series.Label}: {run}");
                if (run.Content != content)
                    throw new InvalidOperationException($"The runs did not give the same table, so their times cannot be compared: {run.Content} | {content}");
                series.Add(run.ToFigures());
            }
        }

        return ([.. all.Where(series => !unable.Contains(series.Contestant))], notes);
    }

    /// <summary>A query for the number of rows and a hash of them, whatever their order.</summary>
    public static string ContentOf(string from) =>
        // Of the rows' bytes: a hash of values is null where one of them is, and such rows would not count.
        $"WITH (SELECT (count(), sum(cityHash64(formatRowNoNewline('RowBinary', *)))) FROM {from}) AS content SELECT content.1, content.2";

    /// <summary>Each run has a server of its own, so that no run inherits caches, merges or memory.</summary>
    public async Task<CopyMeasurement> MeasureAsync(IContestant contestant, CancellationToken cancellationToken)
    {
        await using Engine server = await Engine.StartScratchAsync(load.Directory, cancellationToken);
        await contestant.PrepareAsync(server, cancellationToken);

        ProcFile.ResetPeak(server.ProcessId);
        double serverCpuBefore = ProcFile.CpuSeconds(server.ProcessId);
        long start = Stopwatch.GetTimestamp();
        (double moverCpu, long moverPeak) = await contestant.RunAsync(server, cancellationToken);
        double wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        double serverCpu = ProcFile.CpuSeconds(server.ProcessId) - serverCpuBefore;
        long serverPeak = ProcFile.PeakBytes(server.ProcessId) ?? throw new InvalidOperationException("The server has ended.");

        string parts = await server.RunAsync($"SELECT count() FROM system.parts WHERE active AND table = '{Table}'", cancellationToken);
        string content = await server.RunAsync(
            $"{ContentOf(Table)}, (SELECT sorting_key FROM system.tables WHERE name = '{Table}')", cancellationToken);
        return new CopyMeasurement(wall, moverCpu, serverCpu, moverPeak, serverPeak, long.Parse(parts, CultureInfo.InvariantCulture), content);
    }
}
