using BulkMover.Datasets.Engines;

namespace BulkMover.Throughput.Copies;

/// <summary>The server reads the rows from its own disk: no mover, no network, the engine's own readers.</summary>
/// <param name="name">What it is called in results.</param>
/// <param name="load">What is read.</param>
/// <param name="settings">As <c>name=value</c>; none for the server's defaults.</param>
internal sealed class ServerPull(string name, Load load, params IReadOnlyList<string> settings) : IContestant
{
    public string Name => name;

    public bool IsBaseline => true;

    public string Command => $"INSERT INTO {FreshServers.Table} {load.ServerQuery}{(settings.Count > 0 ? $" SETTINGS {string.Join(", ", settings)}" : "")}";

    public Task PrepareAsync(Engine server, CancellationToken cancellationToken) => server.RunAsync(
        $"CREATE TABLE {FreshServers.Table} ENGINE = MergeTree ORDER BY {load.SortingKey} EMPTY AS {load.ServerQuery}", cancellationToken);

    public async Task<(double CpuSeconds, long PeakBytes)> RunAsync(Engine server, CancellationToken cancellationToken)
    {
        await server.RunAsync($"INSERT INTO {FreshServers.Table} {load.ServerQuery}", cancellationToken, settings);
        return (0, 0);
    }
}
