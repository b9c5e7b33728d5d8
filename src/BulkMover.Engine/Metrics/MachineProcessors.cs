using System.Globalization;

namespace BulkMover.Engine.Metrics;

/// <summary>Whether the machine has processors to spare, whoever uses the others.</summary>
internal static class MachineProcessors
{
    private const string File = "/proc/stat";

    /// <summary>Ticks a second in that file (proc(5): USER_HZ, which is 100 wherever .NET runs).</summary>
    private const int TicksPerSecond = 100;

    /// <summary>
    /// Time that processors have had nothing to do since the machine started, summed over them; null where that is not told, as anywhere but on Linux, and in
    /// containers that have some of the machine's processors and are told of all.
    /// </summary>
    public static TimeSpan? IdleTime()
    {
        try
        {
            return OperatingSystem.IsLinux() ? Parse([.. System.IO.File.ReadLines(File).TakeWhile(line => line.StartsWith("cpu", StringComparison.Ordinal))], Environment.ProcessorCount) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Some containers hide it.
            return null;
        }
    }

    /// <summary>The first lines: <c>cpu  user nice system idle iowait …</c>, then one of each processor; who waits for a disk has left the processor to others.</summary>
    internal static TimeSpan? Parse(string[] lines, int processors)
    {
        string[] fields = lines.Length == 1 + processors ? lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries) : [];
        return fields.Length > 5 && fields[0] == "cpu"
            && long.TryParse(fields[4], NumberStyles.None, CultureInfo.InvariantCulture, out long idle)
            && long.TryParse(fields[5], NumberStyles.None, CultureInfo.InvariantCulture, out long waiting)
            ? TimeSpan.FromSeconds((double)(idle + waiting) / TicksPerSecond)
            : null;
    }
}
