using System.Diagnostics;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>How soon the command answers, and how soon after its start the first row of a copy is in the server.</summary>
/// <param name="bulkmover">The built command.</param>
/// <param name="file">The Parquet file that is copied.</param>
/// <param name="rounds">Runs of each series.</param>
internal sealed class Start(string bulkmover, string file, int rounds)
{
    public const string Name = "start";

    /// <summary>Rows in any table that contestants fill, be it a staging table; the ledger's are none.</summary>
    private const string ArrivedRows = "SELECT sum(rows) FROM system.parts WHERE active AND database = 'default' AND NOT endsWith(table, '_ledger') AND NOT endsWith(table, '_lease')";

    /// <summary>How exact the time of the first row is; the server spends some percents of a core on answering.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(5);

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(Conditions.Of(file));
        var load = Load.OfParquet(file);
        IContestant[] contestants = [new MoverCopy("bulkmover copy", bulkmover, load), new ServerPull("server pulls", load)];
        Series[] help = [.. Series.Labels.Select(label => new Series("--help", "bulkmover --help", label, IsBaseline: false))];
        Series[] first = [.. Series.Labels.SelectMany(label => contestants.Select(contestant => new Series("first row", contestant.Name, label, contestant.IsBaseline)))];
        await HelpSecondsAsync(cancellationToken); // Fills the page cache; not counted.
        for (int round = 0; round < rounds; round++)
        {
            foreach (Series series in help)
                series.Add((Figure.Wall, await HelpSecondsAsync(cancellationToken)));
            foreach (Series series in round % 2 == 0 ? first : first.Reverse())
                series.Add((Figure.FirstRow, await FirstRowSecondsAsync(load, contestants.First(contestant => contestant.Name == series.Contestant), cancellationToken)));
        }

        return new Run(
            Name, conditions,
            ["`bulkmover --help`", .. contestants.Select(contestant => $"`{contestant.Command}`"), $"The first row is there when `{ArrivedRows}` says so, asked every {PollInterval.TotalMilliseconds:F0} ms."],
            [Figure.FirstRow, Figure.Wall], [.. help, .. first]);
    }

    private async Task<double> HelpSecondsAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo(bulkmover, ["--help"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<double> FirstRowSecondsAsync(Load load, IContestant contestant, CancellationToken cancellationToken)
    {
        await using Engine server = await Engine.StartScratchAsync(load.Directory, cancellationToken);
        await contestant.PrepareAsync(server, cancellationToken);
        long start = Stopwatch.GetTimestamp();
        Task copy = contestant.RunAsync(server, cancellationToken);
        while (true)
        {
            // Looked at first: a copy may end behind an answer.
            bool hasEnded = copy.IsCompleted;
            if (await server.RunAsync(ArrivedRows, cancellationToken) != "0")
                break;
            if (hasEnded)
            {
                await copy;
                throw new InvalidOperationException($"'{contestant.Command}' has ended, and no row is in the server.");
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await Console.Error.WriteLineAsync($"{contestant.Name}: first row after {seconds:F3} s");
        await copy;
        return seconds;
    }
}
