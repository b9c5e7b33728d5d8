using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>A table for a copy that brings nothing there: what it reads is looked at in the form in which the table would get it.</summary>
/// <param name="name">Where the table is, for messages.</param>
/// <param name="client">The server.</param>
/// <param name="table">The table.</param>
/// <param name="begin">What is done with the rows.</param>
internal sealed class ReadingTarget(string name, ServerClient client, TableName table, Func<ReadingPlan, ReadingLoad> begin) : ITarget
{
    public string Name => name;

    public Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TransferRecord>>([]);

    public Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        ExistingTable existing = await TableReader.TableAsync(client, table, cancellationToken)
            ?? throw new TargetException("clickhouse.table_missing", $"There is no table {table} on {client.Endpoint.Server} to compare with. Copy first, or correct the name.");
        return new ReadingPlan(request, server, existing, TableMatch.Columns(request.Schema, existing, table, server.Calendar));
    }

    public Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken) => throw new NotSupportedException("It has no transfers.");

    public Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyCollection<ArrivedChunk>>([]);

    public Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) =>
        Task.FromResult<ITargetLoad>(begin((ReadingPlan)plan));

    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<Comparison?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>How rows would be sent to a table.</summary>
internal sealed record ReadingPlan(TargetRequest Request, ServerAbilities Server, ExistingTable Table, IReadOnlyList<TargetColumn> Sent)
    : TargetPlan(Request, [.. Sent.Select(column => column.Plan)], [], [])
{
    public SentColumn[] SentColumns => [.. Sent.Select(column => new SentColumn(column.Name, column.Type.TargetType))];
}
