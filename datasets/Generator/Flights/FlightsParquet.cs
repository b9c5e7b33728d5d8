using BulkMover.Databases.ClickHouse.Embedded;

namespace BulkMover.Datasets.Flights;

/// <summary>Three million flights in the USA in the first half of 2001: the public file of the npm package vega-datasets (BSD-3-Clause).</summary>
internal static class FlightsParquet
{
    public const int Rows = 3_000_000;

    private static readonly NpmFile Published = new(
        "vega-datasets@3.2.1", "package/data/flights-3m.parquet", "dbeb920c90f59b6ccaff823dcc3d08f25a97fa1ce128d93f40be4e931f5900b0",
        "The flights dataset", "datasets.flights", "Any other table will do for a first copy; see datasets/README.md.");

    /// <summary>Fetches the file when it is not there; one that is there was checked when it came.</summary>
    /// <returns>False when it was there.</returns>
    public static async Task<bool> EnsureAsync(string file, CancellationToken cancellationToken)
    {
        if (File.Exists(file)) return false;
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await Published.FetchAsync(file, cancellationToken);
        return true;
    }
}
