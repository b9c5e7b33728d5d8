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
/// <param name="remote">Where they are copied within S3; null to measure local copies only.</param>
/// <param name="rounds">Runs of each contestant's series.</param>
internal sealed class Adoption(string bulkmover, string directory, RemoteFiles? remote, int rounds)
{
    public const string Name = "adoption";

    private const string Source = $"{Name}/source", Copies = $"{Name}/copies";

    /// <returns>The section to append to the results page.</returns>
    public async Task<string> RunAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("bulkmover-adoption-");
        try
        {
            if (remote is null)
                return await MeasureAllAsync([.. Local(scratch.FullName)], () => EmptyAsync(scratch), cancellationToken);
            await remote.UploadAsync(directory, Source, cancellationToken);
            await using DelayingProxy far = RemoteFiles.FarAway();
            return await MeasureAllAsync([.. Local(scratch.FullName), .. Remote(far.Start())], async () =>
            {
                await EmptyAsync(scratch);
                await remote.EmptyAsync(Copies, CancellationToken.None);
            }, cancellationToken);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    /// <summary>Each as a command of the shell.</summary>
    private IEnumerable<(string Name, string Command)> Local(string scratch)
    {
        string target = Path.Combine(scratch, "copy");
        yield return ("bulkmover", $"'{bulkmover}' copy 'parquet:{directory}' 'parquet:{target}' --adopt require");
        yield return ("cp -r", $"cp -r '{directory}' '{target}'");
        yield return ("cp -r and sync", $"cp -r '{directory}' '{target}' && sync '{target}'/*");
        yield return ("rclone", $"rclone copy '{directory}' '{target}'");
    }

    private IEnumerable<(string Name, string Command)> Remote(Uri far)
    {
        foreach ((string where, string endpoint) in ((string, string)[])[("S3", ""), ($"S3 with {RemoteFiles.Delay.TotalMilliseconds:F0} ms more", $"export {RemoteFiles.EndpointVariable}={far}; ")])
        {
            yield return ($"bulkmover to iceberg, {where}", $"{endpoint}'{bulkmover}' copy 'parquet+s3://{remote!.Below(Source)}' 'iceberg+s3://{remote.Below(Copies)}' --adopt require");
            yield return ($"bulkmover to parquet, {where}", $"{endpoint}'{bulkmover}' copy 'parquet+s3://{remote.Below(Source)}' 'parquet+s3://{remote.Below(Copies)}' --adopt require");
            yield return ($"rclone, {where}", $"{endpoint}rclone copy {remote.OfRclone(Source)} {remote.OfRclone(Copies)}");
            yield return ($"aws s3 cp, {where}", $"{endpoint}aws s3 cp --quiet --recursive 's3://{remote.Below(Source)}' 's3://{remote.Below(Copies)}'");
        }
    }

    private async Task<string> MeasureAllAsync(IReadOnlyList<(string Name, string Command)> contestants, Func<Task> clean, CancellationToken cancellationToken)
    {
        Conditions conditions = Conditions.Now(Describe());
        var runs = contestants.SelectMany(contestant => ((string[])["A", "B"]).Select(label => (contestant.Name, label)))
            .ToDictionary(series => series, _ => new List<(double Wall, double Cpu)>());
        // The first round fills the page cache and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            foreach (string label in (string[])["A", "B"])
            {
                foreach ((string name, string command) in round % 2 == 0 ? contestants : contestants.Reverse())
                {
                    (double Wall, double Cpu) run = await MeasureAsync(command, cancellationToken);
                    await Console.Error.WriteLineAsync($"round {round + 1} {name} {label}: {run}");
                    await clean();
                    if (round >= 0)
                        runs[(name, label)].Add(run);
                }
            }
        }

        return Section(conditions, runs);
    }

    private static Task EmptyAsync(DirectoryInfo scratch)
    {
        foreach (DirectoryInfo copy in scratch.EnumerateDirectories())
            copy.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private static async Task<(double Wall, double Cpu)> MeasureAsync(string command, CancellationToken cancellationToken)
    {
        double before = ProcFile.EndedChildrenCpuSeconds();
        long start = Stopwatch.GetTimestamp();
        using Process process = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        string errors = await process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? (Stopwatch.GetElapsedTime(start).TotalSeconds, ProcFile.EndedChildrenCpuSeconds() - before)
            : throw new InvalidOperationException($"'{command}' ended with exit code {process.ExitCode}.\n{await output}\n{errors}");
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
        text.Append("| | wall s A | wall s B | CPU s A | CPU s B |\n|---|---|---|---|---|\n");
        foreach (string contestant in runs.Keys.Select(series => series.Contestant).Distinct())
        {
            string Cell(string label, Func<(double Wall, double Cpu), double> value) => Spread.Of(runs[(contestant, label)].Select(value)).ToString("F2");
            text.Append(CultureInfo.InvariantCulture,
                $"| {contestant} | {Cell("A", run => run.Wall)} | {Cell("B", run => run.Wall)} | {Cell("A", run => run.Cpu)} | {Cell("B", run => run.Cpu)} |\n");
        }

        return text.ToString();
    }
}
