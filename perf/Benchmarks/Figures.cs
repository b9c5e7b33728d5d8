using System.Collections.Concurrent;
using BenchmarkDotNet.Columns;

namespace BulkMover.Benchmarks;

/// <summary>The figures by which readers and encoders are compared. One operation of a benchmark is one row.</summary>
internal static class Figures
{
    private static readonly ConcurrentDictionary<Type, double> BytesPerRow = new();

    public static IColumn MegabytesPerSecond { get; } = new FigureColumn(
        "MB/s", "10^6 bytes per second on one core: of record batches for the reader, of Native blocks for the encoder", "F0",
        report => BytesPerRow.TryGetValue(report.BenchmarkCase.Descriptor.Type, out double bytes)
            ? bytes / report.ResultStatistics?.Mean * 1000 // Mean is in nanoseconds.
            : null);

    /// <summary>The diagnoser's own column shows whole bytes, and a good row has less than one.</summary>
    public static IColumn AllocatedPerRow { get; } = new FigureColumn(
        "B/row", "Managed bytes allocated for one row", "F3",
        report => (double?)report.GcStats.GetTotalAllocatedBytes(true) / report.GcStats.TotalOperations);

    /// <summary>Called by a benchmark's setup: how many bytes it makes of a row.</summary>
    public static void SetBytesPerRow<TBenchmark>(double bytes) => BytesPerRow[typeof(TBenchmark)] = bytes;
}
