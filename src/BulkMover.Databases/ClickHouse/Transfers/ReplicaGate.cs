using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>
/// A replicated table is loaded through one of its servers, always the same: that one has the ledger, and another would bring the rows again.
/// The servers agree on it in Keeper: of two replicas of one table with the same name it lets only one be made. Why so is in decisions/0009.
/// </summary>
internal static class ReplicaGate
{
    /// <summary>The replica that only one server can have.</summary>
    private const string Name = "bulkmover";

    /// <summary>There is no other replica that could consent. The same row twice is one.</summary>
    private static readonly Dictionary<string, object> InsertAlone = new(StringComparer.Ordinal) { ["async_insert"] = 0, ["insert_quorum"] = 0, ["insert_deduplicate"] = 1 };

    /// <exception cref="TargetException">The table is loaded through another server.</exception>
    public static async Task EnterAsync(ServerClient client, TransferTables tables, Replica replica, CancellationToken cancellationToken)
    {
        TableName gate = tables.Gate(replica);
        try
        {
            await client.ExecuteAsync($"CREATE TABLE IF NOT EXISTS {gate.Sql} (transfer String) ENGINE = {replica.Engine(replica.GatePath, Name)} ORDER BY tuple()", Ledger.Settings, cancellationToken);
        }
        catch (TargetException error) when (error.Code == "clickhouse.replica_exists")
        {
            throw new TargetException("clickhouse.replica_elsewhere",
                $"Copies into {tables.Target} have gone through another of its replicas, or another database of this server, which has their ledger (beside its table {gate.Table}). Give that one's address. If it is lost for good, complete or remove what its copies " +
                $"have left in {tables.Target}, run SYSTEM DROP REPLICA {SqlText.Quote(Name)} FROM ZKPATH {SqlText.Quote(replica.GatePath)} on this one, and then the command again.");
        }

        // A server whose place was given to another one meanwhile is told by a write.
        await client.ExecuteAsync($"INSERT INTO {gate.Sql} VALUES ({SqlText.Quote(tables.Transfer.ToString())})", InsertAlone, cancellationToken);
    }
}
