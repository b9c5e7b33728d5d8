using System.Text.RegularExpressions;

namespace BulkMover.Databases.ClickHouse.Shards;

/// <summary>What the engine of a Distributed table says.</summary>
/// <param name="Cluster">Name of the cluster, perhaps with {macros}.</param>
/// <param name="Local">The table on each shard.</param>
/// <param name="ShardingKey">Expression as the server writes it; null for none.</param>
internal sealed partial record DistributedEngine(string Cluster, TableName Local, string? ShardingKey)
{
    /// <summary>Name of the engine, and how its description begins.</summary>
    public const string Name = "Distributed";

    /// <summary>
    /// <c>Distributed('cluster', 'database', 'table'[, sharding_key[, 'policy']])</c> with or without settings, as system.tables has it in
    /// engine_full: the server has made texts of the first three. Null when it says something else.
    /// </summary>
    public static DistributedEngine? TryParse(string engine)
    {
        Match match = Form().Match(engine);
        if (!match.Success)
            return null;
        string[] names = [.. match.Groups["name"].Captures.Select(name => Escape().Replace(name.Value, "${c}"))];
        return names[1].Length == 0 ? null : new DistributedEngine(names[0], new TableName(names[1], names[2]), FirstArgument(engine[match.Length..]));
    }

    /// <summary>Up to the comma or the bracket that ends it; null when there is none.</summary>
    private static string? FirstArgument(string rest)
    {
        if (!rest.StartsWith(", ", StringComparison.Ordinal))
            return null;
        int depth = 0;
        foreach (Match token in Token().Matches(rest, 2))
        {
            depth += token.Value is "(" or "[" ? 1 : token.Value is ")" or "]" ? -1 : 0;
            if (depth < 0 || (depth == 0 && token.Value == ","))
                return rest[2..token.Index];
        }

        return null;
    }

    [GeneratedRegex(@"^Distributed\((?:'(?<name>(?:[^'\\]|\\.)*)'(?:, (?='))?){3}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();

    [GeneratedRegex(@"'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`|[\[\](),]", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"\\(?<c>.)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escape();
}
