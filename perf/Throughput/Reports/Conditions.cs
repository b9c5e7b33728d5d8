using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BulkMover.Throughput.Reports;

/// <summary>Everything that a reader needs to judge a figure or to measure again.</summary>
internal sealed record Conditions(string Date, string Commit, string Machine, string Load, string Dataset)
{
    /// <param name="dataset">What is measured with; see <see cref="OfFile"/>.</param>
    public static Conditions Now(string dataset) => new(
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        Git("describe", "--always", "--dirty", "--abbrev=10"),
        $"{Environment.ProcessorCount} × {ProcessorName()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, " +
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)),
        dataset);

    public static string OfFile(string file) => $"{Path.GetFileName(file)}, {new FileInfo(file).Length:N0} bytes, sha256 {Sha256(file)[..16]}…";

    private static string ProcessorName() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[1]
        ?? RuntimeInformation.ProcessArchitecture.ToString();

    private static string Sha256(string file)
    {
        using FileStream stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", arguments) { UseShellExecute = false, RedirectStandardOutput = true };
        using Process git = Process.Start(start)!;
        string text = git.StandardOutput.ReadToEnd().Trim();
        git.WaitForExit();
        return text.Length > 0 ? text : "unknown";
    }
}
