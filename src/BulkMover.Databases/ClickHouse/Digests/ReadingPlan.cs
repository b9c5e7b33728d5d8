using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;
using BulkMover.Databases.ClickHouse.Transfers;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>How rows would be sent to a table.</summary>
internal sealed record ReadingPlan(TargetRequest Request, ServerAbilities Server, ExistingTable Table, IReadOnlyList<TargetColumn> Sent)
    : TargetPlan(Request, [.. Sent.Select(column => column.Plan)], [], [])
{
    public SentColumn[] SentColumns => [.. Sent.Select(column => new SentColumn(column.Name, column.Type.TargetType))];

    /// <summary>A target that looks at rows in the form in which a table would get them.</summary>
    /// <param name="name">Where the table is, for messages.</param>
    /// <param name="client">The server.</param>
    /// <param name="table">The table.</param>
    /// <param name="begin">What is done with the rows.</param>
    public static ReadingTarget NewTarget(string name, ServerClient client, TableName table, Func<ReadingPlan, ReadingLoad> begin) =>
        new(name, (request, stopping) => FindAsync(client, table, request, stopping), plan => begin((ReadingPlan)plan));

    private static async Task<TargetPlan> FindAsync(ServerClient client, TableName table, TargetRequest request, CancellationToken cancellationToken)
    {
        ServerAbilities server = await ServerAbilities.FindAsync(client, cancellationToken);
        ExistingTable existing = await TableReader.TableAsync(client, table, cancellationToken)
            ?? throw new TargetException("clickhouse.table_missing", $"There is no table {table} on {client.Endpoint.Server} to compare with. Copy first, or correct the name.");
        return new ReadingPlan(request, server, existing, TableMatch.Columns(request.Schema, existing, table, server.Calendar));
    }
}
