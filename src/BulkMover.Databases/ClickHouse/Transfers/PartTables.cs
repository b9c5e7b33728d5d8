using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>Makes, looks at, moves and drops tables and their parts.</summary>
/// <param name="client">The server.</param>
/// <param name="server">What it can do.</param>
internal sealed class PartTables(ServerClient client, ServerAbilities server)
{
    /// <summary>Partitions that are moved by one statement: between two statements readers could see some of them only.</summary>
    public const int MovedTogether = 1000;

    private readonly Dictionary<string, object> settings = new(
        server.TypeSettings.Select(name => KeyValuePair.Create<string, object>(name, 1)), StringComparer.Ordinal)
    {
        // The limit guards against a slip of the hand; what is dropped here is what the copy made, or what --mode replace replaces.
        ["max_table_size_to_drop"] = 0,
        ["allow_suspicious_low_cardinality_types"] = 1,
    };

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => client.ExecuteAsync(sql, settings, cancellationToken);

    public Task DropAsync(TableName table, CancellationToken cancellationToken) => ExecuteAsync($"DROP TABLE IF EXISTS {table.Sql}", cancellationToken);

    public Task DropPartitionAsync(TableName table, string partition, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} DROP PARTITION ID {SqlText.Quote(partition)}", cancellationToken);

    public Task<ExistingTable?> FindAsync(TableName table, CancellationToken cancellationToken) => TableReader.TableAsync(client, table, cancellationToken);

    /// <summary>
    /// From now on its parts stay as they are: a part that was moved can then be told by its hash. MergeTree merges nothing larger than this
    /// setting says.
    /// </summary>
    public Task StopMergesAsync(TableName table, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1", cancellationToken);

    /// <summary>Rows of each partition that has any, by its id.</summary>
    public async Task<Dictionary<string, long>> RowsAsync(TableName table, CancellationToken cancellationToken) =>
        (await client.SelectAsync($"SELECT partition_id, toString(sum(rows)) FROM system.parts WHERE active AND rows > 0 AND {Is(table)} GROUP BY partition_id", cancellationToken))
        .ToDictionary(row => row[0], row => SqlText.Number(row[1]), StringComparer.Ordinal);

    /// <summary>The highest number of a block in any partition; 0 when there is none. Blocks that come later have higher ones.</summary>
    public async Task<long> LastBlockAsync(TableName table, CancellationToken cancellationToken) =>
        SqlText.Number((await client.SelectAsync($"SELECT toString(max(max_block_number)) FROM system.parts WHERE rows > 0 AND {Is(table)}", cancellationToken))[0][0]);

    /// <summary>The parts that are there, and those that were merged or removed a while ago.</summary>
    public async Task<IReadOnlyList<Part>> PartsAsync(TableName table, CancellationToken cancellationToken) =>
        [.. (await client.SelectAsync(
            "SELECT name, partition_id, hash_of_all_files, toString(rows), toString(min_block_number), toString(max_block_number), toString(active), toString(level = 0 AND data_version = min_block_number) " +
            $"FROM system.parts WHERE rows > 0 AND {Is(table)}", cancellationToken))
            .Select(row => new Part(row[0], row[1], row[2], SqlText.Number(row[3]), SqlText.Number(row[4]), SqlText.Number(row[5]), row[6] == "1", row[7] == "1"))];

    public Task DropPartAsync(TableName table, Part part, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} DROP PART {SqlText.Quote(part.Name)}", cancellationToken);

    public Task MoveAsync(TableName from, IEnumerable<string> partitions, TableName to, CancellationToken cancellationToken)
    {
        string moves = string.Join(", ", partitions.Select(id => $"MOVE PARTITION ID {SqlText.Quote(id)} TO TABLE {to.Sql}"));
        return moves.Length == 0 ? Task.CompletedTask : ExecuteAsync($"ALTER TABLE {from.Sql} {moves}", cancellationToken);
    }

    private static string Is(TableName table) => $"database = {SqlText.Quote(table.Database)} AND table = {SqlText.Quote(table.Table)}";
}

/// <summary>A part of a MergeTree table (system.parts).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partition">Id of its partition.</param>
/// <param name="Hash">Of its files: the same after it was moved to another table.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="MinBlock">The first of the inserts that it is made of.</param>
/// <param name="MaxBlock">The last of them.</param>
/// <param name="IsActive">Readers see it.</param>
/// <param name="IsOriginal">It is as it was inserted or moved there: neither merged nor rewritten since.</param>
internal sealed record Part(string Name, string Partition, string Hash, long Rows, long MinBlock, long MaxBlock, bool IsActive, bool IsOriginal);
