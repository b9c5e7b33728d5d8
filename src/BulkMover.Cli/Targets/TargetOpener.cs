using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;

namespace BulkMover.Cli.Targets;

/// <summary>Finds the target that TO names.</summary>
public static class TargetOpener
{
    private static readonly string[] Planned = ["parquet", "delta", "iceberg"];

    /// <exception cref="BulkMoverException">The address is wrong, or the target cannot be reached.</exception>
    public static async Task<ITarget> OpenAsync(string to, ClickHouseTableOptions options, CancellationToken cancellationToken)
    {
        string scheme = to.Split(':')[0].ToLowerInvariant();
        if (scheme.StartsWith("clickhouse", StringComparison.Ordinal))
            return await ClickHouseTarget.OpenAsync(ClickHouseAddress.Parse(to), options, cancellationToken);
        if (Planned.Contains(scheme.Split('+')[0], StringComparer.Ordinal))
        {
            throw new UnsupportedFeatureException("target.format_unsupported",
                $"'{scheme}:' is not written yet. Write clickhouse://user@host:8123/database/table or clickhouse+embedded:DIR?table=db.name.");
        }

        throw new InvalidInputException("target.address_unknown",
            $"'{to}' names no target. Write clickhouse://user@host:8123/database/table or clickhouse+embedded:DIR?table=db.name.");
    }
}
