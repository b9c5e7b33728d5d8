using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse;
using BulkMover.TableFormats.Iceberg.Catalogs;

namespace BulkMover.Cli.Targets;

/// <summary>What TO says: one of the three.</summary>
/// <param name="ClickHouse">A table in ClickHouse.</param>
/// <param name="Lake">A table of files in a store.</param>
/// <param name="Catalog">One that an Iceberg REST catalog knows, or will know.</param>
public sealed record TargetAddress(ClickHouseAddress? ClickHouse, TableAddress? Lake, CatalogAddress? Catalog)
{
    private static readonly string[] Lakes =
        ["parquet", "parquet+s3", "parquet+az", "delta", "delta+s3", "delta+az", "iceberg", "iceberg+s3", "iceberg+az"];

    /// <summary>What is written below the source's directory would be part of the source from then on, or be taken by its upkeep for files that nobody needs.</summary>
    /// <param name="from">FROM.</param>
    /// <exception cref="InvalidInputException">The target lies there.</exception>
    public void ThrowIfInside(string from)
    {
        if (Lake is { } lake && !CatalogAddress.IsAddress(from) && TableAddress.Parse(from) is var source && lake.Location != source.Location && lake.Location.IsUnder(source.Location))
            throw new InvalidInputException("target.inside_source", $"'{lake}' lies in the source's directory, whose files are the source's. Name a directory outside of '{source.Location}'.");
    }

    /// <exception cref="BulkMoverException">It names no target.</exception>
    public static TargetAddress Parse(string to)
    {
        string scheme = to.Split(':')[0].ToLowerInvariant();
        if (scheme.StartsWith("clickhouse", StringComparison.Ordinal))
            return new TargetAddress(ClickHouseAddress.Parse(to), null, null);
        if (CatalogAddress.IsAddress(to))
            return new TargetAddress(null, null, CatalogAddress.Parse(to));
        return Lakes.Contains(scheme, StringComparer.Ordinal)
            ? new TargetAddress(null, TableAddress.Parse(to), null)
            : throw new InvalidInputException("target.address_unknown",
                $"'{to}' names no target. Write clickhouse://user@host:8123/database/table, clickhouse+embedded:DIR?table=db.name, parquet:, delta: or iceberg: and a directory (with +s3 or +az before the colon in a store), or iceberg+rest:https://catalog?table=namespace.table.");
    }
}
