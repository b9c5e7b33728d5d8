using System.Globalization;
using BulkMover.Datasets.Engines;
using BulkMover.Throughput.Measuring;

namespace BulkMover.Throughput.Decoded;

/// <summary>Reads all rows of a Parquet file in a ClickHouse server, into nothing.</summary>
internal static class ServerRead
{
    private static readonly string[] OneThread = ["max_threads=1", "max_parsing_threads=1"];

    /// <param name="file">The file, whose directory is the server's current one.</param>
    public static string QueryOf(string file) => $"SELECT * FROM file('{Path.GetFileName(file)}', Parquet) FORMAT Null";

    public static async Task<DecodedRead> MeasureAsync(Engine server, string file, CancellationToken cancellationToken)
    {
        string rows = await server.RunAsync($"SELECT count() FROM file('{Path.GetFileName(file)}', Parquet)", cancellationToken);
        double start = ProcFile.CpuSeconds(server.ProcessId);
        await server.RunAsync(QueryOf(file), cancellationToken, OneThread);
        return new DecodedRead(long.Parse(rows, CultureInfo.InvariantCulture), ProcFile.CpuSeconds(server.ProcessId) - start, null);
    }
}
