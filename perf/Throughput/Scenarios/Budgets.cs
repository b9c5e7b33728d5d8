using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Scenarios;

/// <summary>The same copy within budgets of memory: what it then holds, and what that costs.</summary>
internal static class Budgets
{
    public const string Name = "memory";

    /// <summary>Beside what the machine has, which is no limit.</summary>
    private static readonly (string Name, string Size)[] Sizes = [("256 MiB", "256MiB"), ("1 GiB", "1GiB"), ("no limit", "1TiB")];

    /// <inheritdoc cref="ParquetCopies.RunAsync"/>
    public static async Task<Run> RunAsync(string bulkmover, string file, int rounds, CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(Conditions.Of(file));
        var load = Load.OfParquet(file);
        MoverCopy[] contestants = [.. Sizes.Select(size => new MoverCopy(size.Name, bulkmover, load, "--memory", size.Size) { IsBaseline = size == Sizes[^1] })];
        (IReadOnlyList<Series> series, IReadOnlyList<string> notes) = await new FreshServers(load).RunAsync(contestants, rounds, cancellationToken);
        return new Run(Name, conditions, [.. notes, .. contestants.Select(contestant => $"`{contestant.Command}`")], [.. FreshServers.Compared, Figure.MoverPeak], series);
    }
}
