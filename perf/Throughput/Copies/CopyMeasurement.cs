using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Copies;

/// <summary>One copy.</summary>
/// <param name="WallSeconds">From the start of the command to its end; for the server's own work, of the request.</param>
/// <param name="MoverCpuSeconds">User and system time of the copying process; 0 when the server does it alone.</param>
/// <param name="ServerCpuSeconds">User and system time of the server in that time.</param>
/// <param name="MoverPeakBytes">Most resident memory of the copying process; 0 when there is none.</param>
/// <param name="ServerPeakBytes">Most resident memory of the server in that time.</param>
/// <param name="Parts">Active parts of the target when the run ended.</param>
/// <param name="Content">What the target then holds: number of rows, a hash that does not depend on their order, the sorting key.</param>
internal sealed record CopyMeasurement(
    double WallSeconds,
    double MoverCpuSeconds,
    double ServerCpuSeconds,
    long MoverPeakBytes,
    long ServerPeakBytes,
    long Parts,
    string Content)
{
    public IEnumerable<(string Figure, double Value)> ToFigures()
    {
        double cpu = MoverCpuSeconds + ServerCpuSeconds;
        return
        [
            (Figure.Wall, WallSeconds), (Figure.Cpu, cpu), (Figure.MoverCpu, MoverCpuSeconds), (Figure.ServerCpu, ServerCpuSeconds),
            // Tells whether the processors or something else was waited for.
            (Figure.CoresBusy, cpu / WallSeconds),
            (Figure.MoverPeak, MoverPeakBytes / Figure.MiB), (Figure.ServerPeak, ServerPeakBytes / Figure.MiB), (Figure.Parts, Parts),
        ];
    }
}
