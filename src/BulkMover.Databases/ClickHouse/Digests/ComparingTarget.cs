using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>A table that rows are compared with instead of being written to: what a copy brings is counted and hashed, and at its commit the table is asked for its own.</summary>
public sealed class ComparingTarget : ITarget
{
    private readonly ServerClient client;
    private readonly TableName table;

    internal ComparingTarget(string name, ServerClient client, TableName table) => (Name, this.client, this.table) = (name, client, table);

    public string Name { get; }

    /// <summary>What has come out; null before a load was committed.</summary>
    public Comparison? Comparison { get; private set; }

    public Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TransferRecord>>([]);

    public Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        ExistingTable existing = await TableReader.TableAsync(client, table, cancellationToken)
            ?? throw new TargetException("clickhouse.table_missing", $"There is no table {table} on {client.Endpoint.Server} to compare with. Copy first, or correct the name.");
        return new ComparisonPlan(request, server, existing, TableMatch.Columns(request.Schema, existing, table, server.Calendar));
    }

    public Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken)
    {
        var comparison = (ComparisonPlan)plan;
        return Task.FromResult<ITargetLoad>(new ComparingLoad(comparison.Sent, comparison.Table.PartitionKey, limits, async (source, stopping) =>
        {
            SentColumn[] columns = [.. comparison.Sent.Select(column => new SentColumn(column.Name, column.Type.TargetType))];
            Dictionary<string, Digest> found = await new TableDigests(client, comparison.Server).ReadAsync(table, comparison.Table, columns, "_partition_id", stopping);
            Comparison = PartitionPairs.Compare([.. columns.Select(column => column.Name)], source, found);
        }));
    }

    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult(Comparison);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed record ComparisonPlan(TargetRequest Request, ServerAbilities Server, ExistingTable Table, IReadOnlyList<TargetColumn> Sent)
        : TargetPlan(Request, [.. Sent.Select(column => column.Plan)], [], []);
}
