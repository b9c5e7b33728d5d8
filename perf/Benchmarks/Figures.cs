using System.Collections.Concurrent;
using BenchmarkDotNet.Reports;
using BulkMover.Throughput.Results;

namespace BulkMover.Benchmarks;

/// <summary>The figures by which readers and encoders are compared. One operation of a benchmark is one row.</summary>
internal static class Figures
{
    private static readonly ConcurrentDictionary<(Type, string), double> BytesPerRow = new();

    /// <summary>Called by a benchmark's setup: how many bytes it makes of a row.</summary>
    public static void SetBytesPerRow<TBenchmark>(string shape, double bytes) => BytesPerRow[(typeof(TBenchmark), shape)] = bytes;

    /// <summary>One run of all benchmarks.</summary>
    public static Run Of(IEnumerable<BenchmarkReport> reports) => new(
        "micro", Conditions.Now($"one row group of {ShapeFile.Rows:N0} rows of each shape"),
        ["On one thread. MB/s are 10^6 bytes a second: of record batches for the reader, of Native blocks for the encoder; ns a byte are of the same bytes."],
        [NanosecondsPerRow, NanosecondsPerByte], [.. reports.Select(Of)]);

    private const string NanosecondsPerRow = "ns a row", NanosecondsPerByte = "ns a byte";

    private static Series Of(BenchmarkReport report)
    {
        Type benchmark = report.BenchmarkCase.Descriptor.Type;
        string shape = (string)report.BenchmarkCase.Parameters["Shape"];
        var series = new Series(shape, benchmark == typeof(NativeEncoderBenchmarks) ? "Native encoder" : "Parquet reader", Series.Labels[0], IsBaseline: false);
        double bytes = BytesPerRow[(benchmark, shape)];
        foreach (double nanoseconds in report.ResultStatistics!.OriginalValues)
            series.Add((NanosecondsPerRow, nanoseconds), (NanosecondsPerByte, nanoseconds / bytes), ("MB/s", 1000 * bytes / nanoseconds));
        series.Add(("bytes allocated a row", (double)report.GcStats.GetTotalAllocatedBytes(true)!.Value / report.GcStats.TotalOperations));
        return series;
    }
}
