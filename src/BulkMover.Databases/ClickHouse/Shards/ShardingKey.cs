using System.Text.RegularExpressions;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>
/// Which shard a row goes to, as an expression for the server. It sends a row to the same shard each time, for a chunk that did not arrive
/// everywhere is sent again, and the shards that have it throw it away.
/// </summary>
/// <param name="Expression">The table's own; null where that is a mere lot, which any other spread of the rows fulfils.</param>
/// <param name="Columns">What a row has.</param>
internal sealed partial record ShardingKey(string? Expression, IReadOnlyList<TargetColumn> Columns)
{
    /// <summary>The chunk's number spreads rows that are equal.</summary>
    public string OfChunk(long number) =>
        Expression ?? $"cityHash64({number}, tuple({string.Join(", ", Columns.Select(column => ClickHouseName.Quote(column.Name)))}))";

    /// <param name="server">Knows its functions.</param>
    /// <param name="expression">The table's key, as the server writes it.</param>
    /// <param name="table">The table.</param>
    /// <param name="sent">Columns that are sent.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="TargetException">It may send the same row elsewhere the next time.</exception>
    public static async Task<ShardingKey> FindAsync(
        ServerClient server, string expression, ExistingTable table, IReadOnlyList<TargetColumn> sent, CancellationToken cancellationToken)
    {
        ILookup<bool, string> words = Word().Matches(expression).Where(word => word.Groups["bare"].Success)
            .ToLookup(word => word.Groups["call"].Success, word => word.Groups["bare"].Value);
        IEnumerable<string> quoted = Word().Matches(expression).Where(word => word.Groups["quoted"].Success).Select(word => Escape().Replace(word.Groups["quoted"].Value, "${c}"));
        // Of a.b either the column is called so, or it is an element of the column a.
        HashSet<string> names = [.. words[false], .. words[false].Select(word => word.Split('.')[0]), .. quoted];
        string[] columns = [.. table.Columns.Select(column => column.Name).Where(names.Contains)];
        string? random = (await VaryingAsync(server, [.. words[true]], cancellationToken)).FirstOrDefault();
        if (random is not null && columns.Length == 0)
            return new ShardingKey(null, sent);
        if (random is not null)
        {
            throw Refused($"its sharding key {expression} has {random}(), which may give the same row another value when it is sent again after a failure. " +
                "Use a key of columns only, or one of rand() only");
        }

        string? missing = columns.FirstOrDefault(column => sent.All(other => other.Name != column));
        return missing is null ? new ShardingKey(expression, sent) : throw Refused($"column '{missing}' of its sharding key {expression} is not copied. Copy it, too");
    }

    private static TargetException Refused(string why) => new("clickhouse.sharding_key", $"The Distributed table cannot be loaded: {why}, or load the tables of the shards one by one.");

    /// <summary>Those of the functions that the server does not call deterministic.</summary>
    private static async Task<IEnumerable<string>> VaryingAsync(ServerClient server, IReadOnlyList<string> functions, CancellationToken cancellationToken)
    {
        if (functions.Count == 0)
            return [];
        // The column's name has changed between versions.
        IReadOnlyList<string[]> column = await server.SelectAsync(
            "SELECT name FROM system.columns WHERE database = 'system' AND table = 'functions' AND name IN ('deterministic', 'is_deterministic')", cancellationToken);
        if (column.Count == 0)
            return functions;
        IReadOnlyList<string[]> steady = await server.SelectAsync(
            $"SELECT name FROM system.functions WHERE {column[0][0]} = 1 AND name IN ({string.Join(", ", functions.Select(SqlText.Quote))})", cancellationToken);
        return functions.Except(steady.Select(row => row[0]), StringComparer.Ordinal);
    }

    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|`(?<quoted>(?:[^`\\]|\\.)*)`|(?<bare>[A-Za-z_][A-Za-z0-9_.]*)(?<call>\()?", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Word();

    [GeneratedRegex(@"\\(?<c>.)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}
