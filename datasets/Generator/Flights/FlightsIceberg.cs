using System.Globalization;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Datasets.Engines;

namespace BulkMover.Datasets.Flights;

/// <summary>The flights as an Iceberg v2 table, partitioned by month, that another engine wrote: the embedded ClickHouse.</summary>
internal static class FlightsIceberg
{
    // In another zone than UTC the months of the partitions would begin at other moments.
    private static readonly string[] Settings = ["allow_insert_into_iceberg=1", "session_timezone=UTC"];

    /// <summary>Writes the table when it is not there.</summary>
    /// <param name="table">Directory of the table.</param>
    /// <param name="parquet">The file it is made from, below the directory that the table is in.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False when it was there.</returns>
    public static async Task<bool> EnsureAsync(string table, string parquet, CancellationToken cancellationToken)
    {
        if (IsCommitted(table)) return false;
        // What was left by a run that was stopped: without the commit it is no table yet.
        if (Directory.Exists(table)) Directory.Delete(table, recursive: true);
        try
        {
            await WriteAsync(table, parquet, cancellationToken);
            return true;
        }
        catch when (Directory.Exists(table))
        {
            Directory.Delete(table, recursive: true);
            throw;
        }
    }

    /// <summary>
    /// The table is not built elsewhere and renamed, because its metadata names its place. Iceberg's own commit stands in for the
    /// rename: the metadata file of the only snapshot is written after everything that it names.
    /// </summary>
    private static bool IsCommitted(string table)
    {
        string metadata = Path.Combine(table, "metadata", "v2.metadata.json");
        if (!File.Exists(metadata)) return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(metadata));
            JsonElement summary = document.RootElement.GetProperty("snapshots")[0].GetProperty("summary");
            return summary.GetProperty("total-records").GetString() == FlightsParquet.Rows.ToString(CultureInfo.InvariantCulture)
                && summary.GetProperty("total-data-files").GetString()
                    == Directory.GetFiles(Path.Combine(table, "data")).Length.ToString(CultureInfo.InvariantCulture);
        }
        catch (JsonException)
        {
            return false; // Cut off in the middle of the commit.
        }
    }

    private static async Task WriteAsync(string table, string parquet, CancellationToken cancellationToken)
    {
        await using Engine engine = await Engine.StartScratchAsync(Path.GetDirectoryName(table)!, cancellationToken);

        // Times in the file are local to the airports, so they have no zone.
        await engine.RunAsync($"""
            CREATE TABLE flights (date DateTime64(6), delay Int64, distance Int64, origin String, destination String)
            ENGINE = IcebergLocal({Engine.Literal(table)}, 'Parquet') PARTITION BY toMonthNumSinceEpoch(date) SETTINGS iceberg_format_version = 2
            """, cancellationToken, Settings);
        await engine.RunAsync($"INSERT INTO flights SELECT * FROM file({Engine.Literal(parquet)})", cancellationToken, Settings);
        string rows = await engine.RunAsync($"SELECT count() FROM icebergLocal({Engine.Literal(table)})", cancellationToken, Settings);
        if (rows != FlightsParquet.Rows.ToString(CultureInfo.InvariantCulture))
            throw new EnvironmentException("datasets.flights_rows", $"The Iceberg table has {rows} rows; it must have {FlightsParquet.Rows}. Run it again.");
    }
}
