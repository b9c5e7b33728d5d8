using System.Globalization;
using System.Text.RegularExpressions;
using BulkMover.Core.Errors;
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

    private static readonly (string Name, long Value) CompactParts = ("min_bytes_for_wide_part", 1L << 30);

    private static readonly (string Name, long Value)[] InsertSettings =
    [
        ("max_bytes_to_merge_at_max_space_in_pool", 1), ("parts_to_delay_insert", 1_000_000), ("parts_to_throw_insert", 1_000_000), ("max_parts_in_total", 10_000_000), CompactParts,
    ];

    private readonly IReadOnlyDictionary<string, object> settings = Settings(server);

    /// <summary>What statements that make, change and drop tables need.</summary>
    public static IReadOnlyDictionary<string, object> Settings(ServerAbilities server) => new Dictionary<string, object>(server.SettingsForTypes(), StringComparer.Ordinal)
    {
        // The limit guards against a slip of the hand; what is dropped here is what the copy made, or what --mode replace replaces.
        ["max_table_size_to_drop"] = 0,
        ["max_partition_size_to_drop"] = 0,
        ["allow_suspicious_low_cardinality_types"] = 1,
        // A replica has done what it answers; others do it when they can.
        ["alter_sync"] = 1,
    };

    /// <summary>What statements need that replace partitions, also by none.</summary>
    public static IReadOnlyDictionary<string, object> ReplaceSettings(ServerAbilities server) =>
        server.GuardsReplace ? new Dictionary<string, object>(Settings(server), StringComparer.Ordinal) { [ServerAbilities.ReplaceGuard] = 1 } : Settings(server);

    public Task ExecuteAsync(string sql, CancellationToken cancellationToken) => client.ExecuteAsync(sql, settings, cancellationToken);

    public Task DropAsync(TableName table, CancellationToken cancellationToken) => ExecuteAsync($"DROP TABLE IF EXISTS {table.Sql}", cancellationToken);

    /// <summary>
    /// Drops rows that nobody has seen, or names of parts that were moved, and waits until they are gone from the disk: the server otherwise keeps both for eight minutes
    /// (<c>database_atomic_delay_before_drop_table_sec</c>), and a disk fills with samples. The table is gone at once; only the wait ends with the token.
    /// </summary>
    public Task DropAndFreeAsync(TableName table, CancellationToken cancellationToken) => ExecuteAsync($"DROP TABLE IF EXISTS {table.Sql} SYNC", cancellationToken);

    public Task DropPartitionAsync(TableName table, string partition, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} DROP PARTITION ID {SqlText.Quote(partition)}", cancellationToken);

    public Task<ExistingTable?> FindAsync(TableName table, CancellationToken cancellationToken) => TableReader.TableAsync(client, table, cancellationToken);

    /// <summary>
    /// From now on its parts stay as they are: a part that was moved can then be told by its hash. MergeTree merges nothing larger than this
    /// settings say, however busy the server is.
    /// </summary>
    public Task StopMergesAsync(TableName table, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 1, max_bytes_to_merge_at_min_space_in_pool = 1", cancellationToken);

    /// <summary>
    /// As <see cref="StopMergesAsync"/>, of a table that inserts go into: it refuses none for the parts that it has, and keeps all columns of a part in one file (Compact), which costs
    /// the server half as much as a file for each (Wide); merges make them what the target's settings say (0013).
    /// </summary>
    public async Task ReadyForInsertsAsync(TableName table, CancellationToken cancellationToken)
    {
        string manyParts = string.Join(", ", InsertSettings.Where(setting => setting != CompactParts).Select(setting => $"{setting.Name} = {setting.Value}"));
        try
        {
            await ExecuteAsync($"ALTER TABLE {table.Sql} MODIFY SETTING {manyParts}, {CompactParts.Name} = {CompactParts.Value}", cancellationToken);
        }
        catch (TargetException refused) when (refused.Code == ServerError.Refused)
        {
            // A table whose granules all have as many rows (index_granularity_bytes = 0, its own or the server's) takes Wide parts only.
            await ExecuteAsync($"ALTER TABLE {table.Sql} MODIFY SETTING {manyParts}", cancellationToken);
        }
    }

    /// <summary>Ends what <see cref="ReadyForInsertsAsync"/> has begun: a table gets the settings of the one that it was made like.</summary>
    /// <param name="table">The table.</param>
    /// <param name="now">What it is.</param>
    /// <param name="like">The other one.</param>
    /// <param name="cancellationToken">Stops between statements.</param>
    public async Task MergeLikeAsync(TableName table, ExistingTable now, ExistingTable like, CancellationToken cancellationToken)
    {
        string[] names = [.. InsertSettings.Select(setting => setting.Name)];
        string[] own = [.. names.Where(name => Setting(like.Keys, name) is not null)], others = [.. names.Where(name => Setting(like.Keys, name) is null && Setting(now.Keys, name) is not null)];
        if (others.Length > 0)
            await ExecuteAsync($"ALTER TABLE {table.Sql} RESET SETTING {string.Join(", ", others)}", cancellationToken);
        if (own.Length > 0)
            await ExecuteAsync($"ALTER TABLE {table.Sql} MODIFY SETTING {string.Join(", ", own.Select(name => $"{name} = {Setting(like.Keys, name)}"))}", cancellationToken);
    }

    /// <summary>How many parts the server lets a table have before it delays or refuses inserts.</summary>
    public async Task<PartLimits> LimitsAsync(TableName table, CancellationToken cancellationToken)
    {
        Task<IReadOnlyList<string[]>> defined = client.SelectAsync(
            $"SELECT engine_full FROM system.tables WHERE database = {SqlText.Quote(table.Database)} AND name = {SqlText.Quote(table.Table)}", cancellationToken);
        var limits = (await client.SelectAsync(
            "SELECT name, value FROM system.merge_tree_settings WHERE name IN ('parts_to_delay_insert', 'parts_to_throw_insert', 'max_parts_in_total', 'max_avg_part_size_for_too_many_parts')", cancellationToken))
            .ToDictionary(row => row[0], row => row[1], StringComparer.Ordinal);
        string engine = (await defined).SingleOrDefault()?[0] ?? "";
        // The table's own setting wins over the server's; zero stands for no limit.
        long Of(string name)
        {
            string set = Setting(engine, name)?.Trim('\'') ?? limits.GetValueOrDefault(name, "0");
            return long.TryParse(set, NumberStyles.None, CultureInfo.InvariantCulture, out long limit) && limit > 0 ? limit : long.MaxValue;
        }

        return new PartLimits(Math.Min(Of("parts_to_delay_insert"), Of("parts_to_throw_insert")), Of("max_parts_in_total"), Of("max_avg_part_size_for_too_many_parts"));
    }

    /// <summary>Parts of the partition that has most of them in these tables together, where they are smaller than the limit says, and of all partitions.</summary>
    public async Task<(long InPartition, long InTotal)> CountAsync(IReadOnlyList<TableName> tables, PartLimits limits, CancellationToken cancellationToken)
    {
        string names = string.Join(", ", tables.Select(table => SqlText.Quote(table.Table)));
        string[] row = (await client.SelectAsync(
            $"SELECT toString(maxIf(parts, bytes / parts < {limits.AverageBytes})), toString(sum(parts)) FROM (SELECT count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts " +
            $"WHERE active AND database = {SqlText.Quote(tables[0].Database)} AND table IN ({names}) GROUP BY partition_id)", cancellationToken))[0];
        return (SqlText.Number(row[0]), SqlText.Number(row[1]));
    }

    /// <summary>Rows of each partition that has any, by its id.</summary>
    public async Task<Dictionary<string, long>> RowsAsync(TableName table, CancellationToken cancellationToken) =>
        (await client.SelectAsync($"SELECT partition_id, toString(sum(rows)) FROM system.parts WHERE active AND rows > 0 AND {Is(table)} GROUP BY partition_id", cancellationToken))
        .ToDictionary(row => row[0], row => SqlText.Number(row[1]), StringComparer.Ordinal);

    /// <summary>The highest number of a block in any partition; 0 when there is none. Blocks that come later have higher ones.</summary>
    public async Task<long> LastBlockAsync(TableName table, CancellationToken cancellationToken) =>
        SqlText.Number((await client.SelectAsync($"SELECT toString(max(max_block_number)) FROM system.parts WHERE rows > 0 AND {Is(table)}", cancellationToken))[0][0]);

    /// <summary>
    /// The parts that are there, and those that were merged or removed a while ago. Parts that no reader has seen, of a move that Keeper did not let
    /// happen, are none: the server removes them without a time (<c>remove_time</c>, MergeTreeData::Transaction::rollback).
    /// </summary>
    public async Task<IReadOnlyList<Part>> PartsAsync(TableName table, CancellationToken cancellationToken) =>
        [.. (await client.SelectAsync(
            "SELECT name, partition_id, hash_of_all_files, toString(rows), toString(min_block_number), toString(max_block_number), toString(active), toString(level = 0 AND data_version = min_block_number) " +
            $"FROM system.parts WHERE rows > 0 AND (active OR toUnixTimestamp(remove_time) > 0) AND {Is(table)}", cancellationToken))
            .Select(row => new Part(row[0], row[1], row[2], SqlText.Number(row[3]), SqlText.Number(row[4]), SqlText.Number(row[5]), row[6] == "1", row[7] == "1"))];

    public Task DropPartAsync(TableName table, Part part, CancellationToken cancellationToken) =>
        ExecuteAsync($"ALTER TABLE {table.Sql} DROP PART {SqlText.Quote(part.Name)}", cancellationToken);

    public Task MoveAsync(TableName from, IEnumerable<string> partitions, TableName to, CancellationToken cancellationToken)
    {
        string moves = string.Join(", ", partitions.Select(id => $"MOVE PARTITION ID {SqlText.Quote(id)} TO TABLE {to.Sql}"));
        return moves.Length == 0 ? Task.CompletedTask : ExecuteAsync($"ALTER TABLE {from.Sql} {moves}", cancellationToken);
    }

    /// <summary>Has a table hold copies of partitions of another, atomically in each, in place of what it had there; of one that the other has not, nothing.</summary>
    /// <param name="to">The table.</param>
    /// <param name="partitions">Ids.</param>
    /// <param name="from">Where they are, and stay.</param>
    /// <param name="cancellationToken">Stops between statements.</param>
    public async Task ReplaceAsync(TableName to, IEnumerable<string> partitions, TableName from, CancellationToken cancellationToken)
    {
        foreach (string[] some in partitions.Chunk(MovedTogether))
        {
            string replaces = string.Join(", ", some.Select(id => $"REPLACE PARTITION ID {SqlText.Quote(id)} FROM {from.Sql}"));
            await client.ExecuteAsync($"ALTER TABLE {to.Sql} {replaces}", ReplaceSettings(server), cancellationToken);
        }
    }

    /// <summary>Waits until this replica has done to its parts what the log in Keeper says (SYSTEM SYNC REPLICA, "LIGHTWEIGHT").</summary>
    public Task SyncAsync(TableName table, CancellationToken cancellationToken) => ExecuteAsync($"SYSTEM SYNC REPLICA {table.Sql} LIGHTWEIGHT", cancellationToken);

    /// <returns>What a table's definition has for one of its settings, as it is written there; null for nothing.</returns>
    private static string? Setting(string definition, string name) =>
        Regex.Match(definition, $@"\b{name} = ('(?:[^'\\]|\\.)*'|[^,\s]+)", RegexOptions.CultureInvariant) is { Success: true } own ? own.Groups[1].Value : null;

    private static string Is(TableName table) => $"database = {SqlText.Quote(table.Database)} AND table = {SqlText.Quote(table.Table)}";
}

/// <summary>Numbers of parts from which a server delays or refuses inserts (its merge_tree_settings); moves it does not.</summary>
/// <param name="InPartition">Of one partition.</param>
/// <param name="InTotal">Of all.</param>
/// <param name="AverageBytes">A partition whose parts are larger on average may have any number.</param>
internal sealed record PartLimits(long InPartition, long InTotal, long AverageBytes);

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
