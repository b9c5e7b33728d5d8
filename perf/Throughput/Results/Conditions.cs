using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BulkMover.Throughput.Results;

/// <summary>Everything that a reader needs to judge a figure or to measure again.</summary>
internal sealed record Conditions(string Date, string Commit, string Machine, string Load, string Dataset)
{
    /// <param name="dataset">What is measured with; see <see cref="Of"/>.</param>
    public static Conditions Now(string dataset) => new(
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        Git("describe", "--always", "--dirty", "--abbrev=10"),
        $"{Environment.ProcessorCount} × {ProcessorName()}, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 30} GiB, " +
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}",
        string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3)),
        dataset);

    /// <summary>A file, with what tells it from others, or a directory of files.</summary>
    public static string Of(string path)
    {
        if (File.Exists(path))
            return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}, {new FileInfo(path).Length:N0} bytes, sha256 {Sha256(path)[..16]}…");
        FileInfo[] files = new DirectoryInfo(path).GetFiles("*", SearchOption.AllDirectories);
        return string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileName(path)}: {files.Length:N0} files, {files.Sum(file => file.Length):N0} bytes");
    }

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
