using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>Names this process so that another one on the same machine can tell whether it has ended.</summary>
internal static class OwnProcess
{
    private static readonly string Place = File.Exists("/proc/sys/kernel/random/boot_id")
        // Containers may share a host name, and process ids begin again in each and at each start of the machine.
        ? $"{Environment.MachineName}/{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}/{new FileInfo("/proc/self/ns/pid").LinkTarget}"
        : Environment.MachineName;

    /// <summary>Process and place.</summary>
    public static string Name { get; } = string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} on {Place}");

    /// <summary>For people.</summary>
    public static string Shown(string name) => name.Split('/')[0];

    /// <summary>True only when it was here and is no more.</summary>
    public static bool HasEnded(string name)
    {
        string[] parts = name.Split(' ');
        if (parts.Length != 4 || parts[3] != Place || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            return false;
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
        catch (Win32Exception)
        {
            return false; // Another user's.
        }
    }
}
