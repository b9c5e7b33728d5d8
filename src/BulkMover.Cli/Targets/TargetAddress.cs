using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse;

namespace BulkMover.Cli.Targets;

/// <summary>What TO says: one of the two.</summary>
/// <param name="ClickHouse">A table in ClickHouse.</param>
/// <param name="Lake">A table of files in a store.</param>
public sealed record TargetAddress(ClickHouseAddress? ClickHouse, TableAddress? Lake)
{
    private static readonly string[] Lakes = ["parquet", "delta", "iceberg"];

    /// <exception cref="BulkMoverException">It names no target.</exception>
    public static TargetAddress Parse(string to)
    {
        string scheme = to.Split(':')[0].ToLowerInvariant();
        if (scheme.StartsWith("clickhouse", StringComparison.Ordinal))
            return new TargetAddress(ClickHouseAddress.Parse(to), null);
        return Lakes.Contains(scheme.Split('+')[0], StringComparer.Ordinal)
            ? new TargetAddress(null, TableAddress.Parse(to))
            : throw new InvalidInputException("target.address_unknown",
                $"'{to}' names no target. Write clickhouse://user@host:8123/database/table, clickhouse+embedded:DIR?table=db.name, or parquet:, delta: or iceberg: and a directory.");
    }
}
