using System.Diagnostics;
using System.Globalization;
using System.Text;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Reports;

namespace BulkMover.Throughput.Scenarios;

/// <summary>
/// A directory of Parquet files copied as it is, by <c>bulkmover copy --adopt require</c> and by programs that know nothing of tables. Ours flushes what it has
/// written to the disk and keeps a ledger, so <c>cp</c> stands there with and without a flush.
/// </summary>
/// <param name="bulkmover">The built command.</param>
/// <param name="directory">The files.</param>
/// <param name="remote">A prefix in S3, <c>bucket/key</c>, that has the same files, and below whose bucket copies are made; null to measure local copies only.</param>
/// <param name="rounds">Runs of each contestant's series.</param>
internal sealed class Adoption(string bulkmover, string directory, string? remote, int rounds)
{
    public const string Name = "adoption";

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("bulkmover-adoption-");
        try
        {
            Conditions conditions = Conditions.Now(Describe());
            var runs = new Dictionary<(string Contestant, string Label), List<(double Wall, double Cpu)>>();
            (string Name, Func<string, string> Command)[] contestants = [.. Contestants()];
            // The first round fills the page cache and is not counted.
            for (int round = -1; round < rounds; round++)
            {
                foreach (string label in (string[])["A", "B"])
                {
                    foreach ((string name, Func<string, string> command) in round % 2 == 0 ? contestants : contestants.Reverse())
                    {
                        string target = Path.Combine(scratch.FullName, $"{name.Replace(' ', '-')}-{round + 1}-{label}");
                        (double, double) run = await MeasureAsync(command(target), cancellationToken);
                        await Console.Error.WriteLineAsync($"round {round + 1} {name} {label}: {run}");
                        if (Directory.Exists(target))
                            Directory.Delete(target, recursive: true);
                        if (round >= 0)
                            (runs.TryGetValue((name, label), out List<(double Wall, double Cpu)>? its) ? its : runs[(name, label)] = []).Add(run);
                    }
                }
            }

            return Section(conditions, runs);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Each as a command of the shell, by where it copies to.</summary>
    private IEnumerable<(string Name, Func<string, string> Command)> Contestants()
    {
        yield return ("bulkmover local", target => $"'{bulkmover}' copy 'parquet:{directory}' 'parquet:{target}' --adopt require");
        yield return ("cp -r", target => $"cp -r '{directory}' '{target}'");
        yield return ("cp -r and sync", target => $"cp -r '{directory}' '{target}' && sync '{target}'/*");
        yield return ("rclone local", target => $"rclone copy '{directory}' '{target}'");
        if (remote is null)
            yield break;
        // Both learn of endpoint and keys from the same environment.
        string bucket = remote.Split('/')[0], store = $":s3,provider=Other,env_auth,endpoint='{Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL_S3")}':";
        yield return ("bulkmover S3", target => $"'{bulkmover}' copy 'parquet+s3://{remote}' 'parquet+s3://{bucket}/copies/{Path.GetFileName(target)}' --adopt require");
        yield return ("rclone S3", target => $"rclone copy \"{store}{remote}\" \"{store}{bucket}/copies/{Path.GetFileName(target)}\"");
    }

    private static async Task<(double Wall, double Cpu)> MeasureAsync(string command, CancellationToken cancellationToken)
    {
        double before = ProcFile.EndedChildrenCpuSeconds();
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true })!;
        string errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? (Stopwatch.GetElapsedTime(start).TotalSeconds, ProcFile.EndedChildrenCpuSeconds() - before)
            : throw new InvalidOperationException($"'{command}' ended with exit code {process.ExitCode}.\n{errors}");
    }

    private string Describe()
    {
        FileInfo[] files = new DirectoryInfo(directory).GetFiles("*", SearchOption.AllDirectories);
        return string.Create(CultureInfo.InvariantCulture, $"{files.Length:N0} files, {files.Sum(file => file.Length):N0} bytes");
    }

    private string Section(Conditions conditions, Dictionary<(string Contestant, string Label), List<(double Wall, double Cpu)>> runs)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\n## {conditions.Date}, commit {conditions.Commit}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Machine: {conditions.Machine}; load before: {conditions.Load}.  \n");
        text.Append(CultureInfo.InvariantCulture, $"Dataset: {conditions.Dataset}; in the page cache. n = {rounds} per series, in turns; median (least–most). CPU is that of the program alone, not of a gateway.\n\n");
        text.Append("| | wall s | CPU s |\n|---|---|---|\n");
        foreach (((string contestant, string label), List<(double Wall, double Cpu)> its) in runs)
            text.Append(CultureInfo.InvariantCulture, $"| {contestant} {label} | {Spread.Of(its.Select(run => run.Wall)).ToString("F2")} | {Spread.Of(its.Select(run => run.Cpu)).ToString("F2")} |\n");
        return text.ToString();
    }
}
