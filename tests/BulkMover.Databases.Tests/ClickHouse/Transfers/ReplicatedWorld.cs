using System.Diagnostics;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Testing.ClickHouse;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>As <see cref="TransferWorld"/>, with a replicated target, which is always there before.</summary>
/// <inheritdoc cref="TransferWorld"/>
internal sealed class ReplicatedWorld(ServerEndpoint server, string database, CopyMode mode, string partitionBy = "id % 3")
    : TransferWorld(server, database, mode, ReplicatedServerFixture.Engine, partitionBy)
{
    private static readonly TimeSpan ReturnLimit = TimeSpan.FromSeconds(60);

    private string gate = "";

    protected override bool Exists => true;

    protected override string Left => $"{gate} __bulkmover_ledger t";

    public override async Task CheckAsync(string after)
    {
        gate = await AskAsync(Servers[0], "SELECT min(name) FROM system.tables WHERE database = '{db}' AND name LIKE '\\_\\_bulkmover\\_gate\\_%'");
        await base.CheckAsync(after);
    }

    /// <summary>A server that was killed has its place in Keeper again when Keeper has forgotten its last life.</summary>
    public async Task ReturnAsync()
    {
        long begin = Stopwatch.GetTimestamp();
        while (await AskAsync(Servers[0], "SELECT toString(countIf(is_readonly)) FROM system.replicas") != "0" && Stopwatch.GetElapsedTime(begin) < ReturnLimit)
            await Task.Delay(100, Stopping);
    }
}
