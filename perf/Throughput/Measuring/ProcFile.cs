using System.Globalization;

namespace BulkMover.Throughput.Measuring;

/// <summary>What Linux counts for a process: proc(5).</summary>
internal static class ProcFile
{
    /// <summary>USER_HZ, the unit of times in /proc/PID/stat: 100 on every Linux that .NET runs on.</summary>
    private const double TicksPerSecond = 100;

    /// <summary>User and system time of a running process.</summary>
    public static double CpuSeconds(int process) => SumOfTicks($"/proc/{process}/stat", first: 14);

    /// <summary>User and system time of all children of this process that have ended and were waited for, with theirs.</summary>
    public static double EndedChildrenCpuSeconds() => SumOfTicks("/proc/self/stat", first: 16);

    /// <summary>The most memory that was resident at once, or null when the process has just ended.</summary>
    public static long? PeakBytes(int process)
    {
        try
        {
            string? line = Array.Find(File.ReadAllLines($"/proc/{process}/status"), line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? null : 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null; // It ended between the look and the read.
        }
    }

    /// <summary>The peak starts again from what is resident now.</summary>
    public static void ResetPeak(int process) => File.WriteAllText($"/proc/{process}/clear_refs", "5");

    private static double SumOfTicks(string path, int first)
    {
        string stat = File.ReadAllText(path);
        // The name of the program is the second field; it may hold blanks, but fields after its ')' do not.
        string[] fromThird = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return Enumerable.Range(first - 3, 2).Sum(index => long.Parse(fromThird[index], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }
}
