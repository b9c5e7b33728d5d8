using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse;

namespace BulkMover.Cli.Targets;

/// <summary>What TO says.</summary>
public static class TargetAddress
{
    private static readonly string[] NotWrittenYet = ["parquet", "delta", "iceberg"];

    /// <exception cref="BulkMoverException">It names no target, or one that is not written yet.</exception>
    public static ClickHouseAddress Parse(string to)
    {
        const string Forms = "Write clickhouse://user@host:8123/database/table or clickhouse+embedded:DIR?table=db.name.";
        string scheme = to.Split(':')[0].ToLowerInvariant();
        if (scheme.StartsWith("clickhouse", StringComparison.Ordinal))
            return ClickHouseAddress.Parse(to);
        if (NotWrittenYet.Contains(scheme.Split('+')[0], StringComparer.Ordinal))
            throw new UnsupportedFeatureException("target.format_unsupported", $"'{scheme}:' is not written yet. {Forms}");
        throw new InvalidInputException("target.address_unknown", $"'{to}' names no target. {Forms}");
    }
}
