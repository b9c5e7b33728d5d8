using System.Globalization;
using BulkMover.Throughput.Results;

namespace BulkMover.Throughput.Plans;

/// <summary>One plan, from opening the table to the last scan task.</summary>
/// <param name="Tasks">Scan tasks.</param>
/// <param name="WallSeconds">Time from opening to the end.</param>
/// <param name="CpuSeconds">User and system time of all threads in that time.</param>
/// <param name="FirstTaskSeconds">Time from opening to the first task.</param>
/// <param name="PeakBytes">Most resident memory of the process.</param>
/// <param name="KeptBytes">Managed memory that the plan still held after a full collection near its end, less that near its beginning; 0 when it was not asked for.</param>
internal sealed record PlanMeasurement(long Tasks, double WallSeconds, double CpuSeconds, double FirstTaskSeconds, long PeakBytes, long KeptBytes)
{
    /// <param name="files">Data files in the metadata.</param>
    public IEnumerable<(string Figure, double Value)> ToFigures(long files) =>
    [
        (Figure.Cpu, CpuSeconds), ("thousand files a CPU second", files / CpuSeconds / 1000), (Figure.Wall, WallSeconds), ("first task s", FirstTaskSeconds), (Figure.Peak, PeakBytes / Figure.MiB),
    ];

    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture, $"{Tasks} {WallSeconds:R} {CpuSeconds:R} {FirstTaskSeconds:R} {PeakBytes} {KeptBytes}");

    public static PlanMeasurement Parse(string line)
    {
        string[] parts = line.Split(' ');
        double Number(int place) => double.Parse(parts[place], CultureInfo.InvariantCulture);
        return new PlanMeasurement((long)Number(0), Number(1), Number(2), Number(3), (long)Number(4), (long)Number(5));
    }
}
