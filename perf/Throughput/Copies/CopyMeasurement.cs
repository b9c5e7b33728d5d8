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
    public IEnumerable<(string Figure, double Value)> Figures
    {
        get
        {
            double cpu = MoverCpuSeconds + ServerCpuSeconds;
            yield return (Figure.Wall, WallSeconds);
            yield return (Figure.Cpu, cpu);
            yield return (Figure.MoverCpu, MoverCpuSeconds);
            yield return (Figure.ServerCpu, ServerCpuSeconds);
            // Tells whether the processors or something else was waited for.
            yield return (Figure.CoresBusy, cpu / WallSeconds);
            yield return (Figure.MoverPeak, MoverPeakBytes / Figure.MiB);
            yield return (Figure.ServerPeak, ServerPeakBytes / Figure.MiB);
            yield return (Figure.Parts, Parts);
        }
    }
}
