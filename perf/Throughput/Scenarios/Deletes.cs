using BulkMover.Core.Errors;
using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>
/// Tables with deleted rows into a fresh MergeTree table: <c>bulkmover copy</c> against the engine's own readers of the formats. Which rows are right is known by a
/// filter over the data files alone.
/// </summary>
internal static class Deletes
{
    public const string Name = "deletes";

    /// <summary>What the generator calls the live rows.</summary>
    private const string LiveRows = "l_orderkey % 50 != 7";

    private const string Filtered = "server pulls with a filter", Engine = "server pulls the table";

    private static readonly (string Subject, string Directory, string Format, string Function)[] Tables =
    [
        ("Iceberg, position deletes", "iceberg-positions", "iceberg", "icebergLocal"),
        ("Iceberg, equality deletes", "iceberg-equality", "iceberg", "icebergLocal"),
        ("Delta, deletion vectors", "delta-vectors", "delta", "deltaLakeLocal"),
    ];

    /// <param name="bulkmover">The built command.</param>
    /// <param name="tables">The directory of the tables.</param>
    /// <param name="rounds">Runs of each series.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Run> RunAsync(string bulkmover, string tables, int rounds, CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(string.Join("; ", Tables.Select(table => Conditions.Of(Path.Combine(tables, table.Directory)))));
        var all = new List<Series>();
        var notes = new List<string>();
        foreach ((string subject, string directory, string format, string function) in Tables)
        {
            string path = Path.Combine(tables, directory);
            var load = new Load(subject, $"{format}:{path}", tables, $"{function}('{path}')") { OrderBy = "l_orderkey,l_linenumber" };
            Load filtered = load with { ServerSource = $"file('{Tables[0].Directory}/data/part-*.parquet', Parquet) WHERE {LiveRows}" };
            var servers = new FreshServers(load);
            var contestants = new List<IContestant> { new MoverCopy("bulkmover copy", bulkmover, load), new ServerPull(Filtered, filtered) };
            var engine = new ServerPull(Engine, load);
            string right = (await servers.MeasureAsync(contestants[1], cancellationToken)).Content;
            if (await ProblemAsync(servers, engine, right, cancellationToken) is { } problem)
                notes.Add($"{subject}: the engine does not take part: {problem}");
            else
                contestants.Add(engine);
            (IReadOnlyList<Series> series, IReadOnlyList<string> itsNotes) = await servers.RunAsync(contestants, rounds, cancellationToken);
            all.AddRange(series);
            notes.AddRange([.. itsNotes, .. contestants.Select(contestant => $"`{contestant.Command.Replace(tables, "…", StringComparison.Ordinal)}`")]);
        }

        return new Run(Name, conditions, notes, FreshServers.Compared, all);
    }

    /// <returns>Why the engine's reader cannot be compared; null when it gives the right rows.</returns>
    private static async Task<string?> ProblemAsync(FreshServers servers, ServerPull engine, string right, CancellationToken cancellationToken)
    {
        try
        {
            string content = (await servers.MeasureAsync(engine, cancellationToken)).Content;
            return content == right ? null : $"it reads other rows (rows, hash, sorting key): {content.Replace('\t', ' ')} instead of {right.Replace('\t', ' ')}.";
        }
        catch (InvalidInputException refusal)
        {
            return $"it refuses the table: {refusal.Message.ReplaceLineEndings(" ")}";
        }
    }
}
