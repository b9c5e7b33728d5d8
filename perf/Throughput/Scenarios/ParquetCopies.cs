using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>Parquet files into a fresh MergeTree table: <c>bulkmover copy</c> against the server pulling them itself, with its defaults and tuned.</summary>
internal static class ParquetCopies
{
    /// <summary>Scenarios that differ in their files.</summary>
    public static IReadOnlyDictionary<string, string> Names { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["parquet-to-clickhouse"] = "Parquet files of several shapes into ClickHouse, against the server pulling them itself",
        ["one-file"] = "Likewise one large file",
        ["many-files"] = "Likewise many small files",
        ["wide"] = "Likewise a file of very many columns",
    };

    /// <param name="name">The scenario.</param>
    /// <param name="bulkmover">The built command.</param>
    /// <param name="paths">Files, and directories of files, each a subject of its own.</param>
    /// <param name="rounds">Runs of each series.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Run> RunAsync(string name, string bulkmover, IReadOnlyList<string> paths, int rounds, CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(string.Join("; ", paths.Select(Conditions.Of)));
        var measured = new List<Series>();
        var notes = new List<string>();
        foreach (Load load in paths.Select(Load.OfParquet))
        {
            IContestant?[] all = [new MoverCopy("bulkmover copy", bulkmover, load), await TunedPull.FindAsync(load, cancellationToken), new ServerPull("server pulls", load)];
            IContestant[] contestants = [.. all.OfType<IContestant>()];
            (IReadOnlyList<Series> series, IReadOnlyList<string> itsNotes) = await new FreshServers(load).RunAsync(contestants, rounds, cancellationToken);
            measured.AddRange(series);
            notes.AddRange([.. itsNotes, .. contestants.Select(contestant => $"`{contestant.Command}`")]);
        }

        return new Run(name, conditions, notes, FreshServers.Compared, measured);
    }
}
