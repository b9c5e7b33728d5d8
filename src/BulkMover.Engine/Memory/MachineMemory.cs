using System.Globalization;

namespace BulkMover.Engine.Memory;

/// <summary>How much memory there is to share: the machine's, or less where a cgroup limits this process.</summary>
internal static class MachineMemory
{
    private const long NoLimit = 1L << 60;

    // Inside a container its own cgroup is mounted at the root: version 2, then version 1.
    private static readonly string[] LimitFiles = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

    public static long Bytes() => Bytes(LimitFiles);

    /// <summary>
    /// Without a limit, what the runtime sees, which is the machine's memory. Under one the runtime sees only the three quarters that it
    /// takes for its heap, so the limit itself is read; "max", and version 1's number beyond any machine, mean none.
    /// </summary>
    internal static long Bytes(IEnumerable<string> limitFiles)
    {
        foreach (string file in limitFiles.Where(File.Exists))
        {
            bool isNumber = long.TryParse(File.ReadAllText(file).AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out long limit);
            if (isNumber && limit < NoLimit)
                return limit;
        }

        return GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
    }
}
