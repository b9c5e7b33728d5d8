using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>How rows are inserted: the statement, and the settings that keep the server from guessing.</summary>
internal static class InsertStatement
{
    public static string For(TableName table, IReadOnlyList<TargetColumn> columns) => For(table.Sql, columns);

    /// <param name="into">What follows INSERT INTO.</param>
    /// <param name="columns">The columns of the blocks.</param>
    public static string For(string into, IReadOnlyList<TargetColumn> columns) =>
        $"INSERT INTO {into} ({string.Join(", ", columns.Select(column => ClickHouseName.Quote(column.Name)))}) FORMAT Native";

    /// <summary>What a part is made of without another block: most of a batch of the usual size.</summary>
    private const long LargeRows = 48 * 1024, LargeBytes = 8 << 20;

    /// <summary>A usual batch.</summary>
    private const long JoinedRows = 128 * 1024, JoinedBytes = 32 << 20;

    /// <summary>Whether the block is worth a part of its own.</summary>
    public static bool IsLarge(NativeBlock block) => block.Rows >= LargeRows || block.Bytes >= LargeBytes;

    /// <summary>As <see cref="Settings(ServerAbilities)"/>, with what a part is made of.</summary>
    /// <param name="server">What it can do.</param>
    /// <param name="ofLarge">Of blocks that <see cref="IsLarge"/>: each is a part, also the last of a row group, which is smaller.</param>
    /// <param name="hasPartitions">Of the table: joined blocks are divided again there, so the server's defaults hold for small ones. Else it joins as many as are a usual batch, and not eight times that in fresh memory (0013).</param>
    public static IReadOnlyDictionary<string, object> Settings(ServerAbilities server, bool ofLarge, bool hasPartitions) =>
        ofLarge ? WithPartsOf(server, LargeRows / 2, LargeBytes / 2) : hasPartitions ? Settings(server) : WithPartsOf(server, JoinedRows, JoinedBytes);

    public static IReadOnlyDictionary<string, object> Settings(ServerAbilities server) => new Dictionary<string, object>(server.SettingsForTypes(), StringComparer.Ordinal)
    {
        ["async_insert"] = 0,
        // Defaults and partitions are made in the server's time zone, whoever copies.
        ["session_timezone"] = "",
        // An insert stays open for as long as rows come.
        ["max_execution_time"] = 0,
        // Two equal blocks are two blocks (invariant 4).
        ["insert_deduplicate"] = 0,
        // A null is an error where it has no place, never a default.
        ["input_format_null_as_default"] = 0,
        ["insert_null_as_default"] = 0,
        ["date_time_overflow_behavior"] = "throw",
        ["input_format_native_allow_types_conversion"] = 1,
        // Rows with equal keys merge in the background anyway; doing it for each insert as well would hide them from the count.
        ["optimize_on_insert"] = 0,
        // Rows come grouped by partition as far as that can be done; where it cannot, more parts are better than none.
        ["max_partitions_per_insert_block"] = 0,
    };

    private static IReadOnlyDictionary<string, object> WithPartsOf(ServerAbilities server, long rows, long bytes) => new Dictionary<string, object>(Settings(server), StringComparer.Ordinal)
    {
        ["min_insert_block_size_rows"] = rows,
        ["min_insert_block_size_bytes"] = bytes,
    };
}
