using System.Diagnostics;
using BulkMover.Throughput.Copies;
using BulkMover.Throughput.Measuring;
using BulkMover.Throughput.Results;

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

    public async Task<Run> RunAsync(CancellationToken cancellationToken)
    {
        DirectoryInfo scratch = Directory.CreateTempSubdirectory("bulkmover-adoption-");
        try
        {
            if (remote is null)
                return await MeasureAllAsync([.. Local(bulkmover, directory, scratch.FullName)], () => EmptyAsync(scratch), cancellationToken);
            await remote.UploadAsync(directory, Source, cancellationToken);
            await using DelayingProxy far = RemoteFiles.FarAway();
            return await MeasureAllAsync([.. Local(bulkmover, directory, scratch.FullName), .. Remote(far.Start())], async () =>
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

    private static IEnumerable<ShellCopy> Local(string bulkmover, string directory, string scratch)
    {
        string target = Path.Combine(scratch, "copy");
        yield return new ShellCopy("disk", "bulkmover", $"'{bulkmover}' copy 'parquet:{directory}' 'parquet:{target}' --adopt require");
        yield return new ShellCopy("disk", "cp -r", $"cp -r '{directory}' '{target}'");
        yield return new ShellCopy("disk", "cp -r and sync", $"cp -r '{directory}' '{target}' && sync '{target}'/*");
        yield return new ShellCopy("disk", "rclone", $"rclone copy '{directory}' '{target}'");
    }

    private IEnumerable<ShellCopy> Remote(Uri far)
    {
        foreach ((string where, string endpoint) in ((string, string)[])[("S3", ""), ($"S3 with {RemoteFiles.Delay.TotalMilliseconds:F0} ms more", $"export {RemoteFiles.EndpointVariable}={far}; ")])
        {
            yield return new ShellCopy(where, "bulkmover to iceberg", $"{endpoint}'{bulkmover}' copy 'parquet+s3://{remote!.Below(Source)}' 'iceberg+s3://{remote.Below(Copies)}' --adopt require");
            yield return new ShellCopy(where, "bulkmover to parquet", $"{endpoint}'{bulkmover}' copy 'parquet+s3://{remote.Below(Source)}' 'parquet+s3://{remote.Below(Copies)}' --adopt require");
            yield return new ShellCopy(where, "rclone", $"{endpoint}rclone copy {remote.OfRclone(Source)} {remote.OfRclone(Copies)}");
            yield return new ShellCopy(where, "aws s3 cp", $"{endpoint}aws s3 cp --quiet --recursive 's3://{remote.Below(Source)}' 's3://{remote.Below(Copies)}'");
        }
    }

    private async Task<Run> MeasureAllAsync(IReadOnlyList<ShellCopy> contestants, Func<Task> clean, CancellationToken cancellationToken)
    {
        var conditions = Conditions.Now(Conditions.Of(directory));
        (ShellCopy Copy, Series Series)[] all = [.. Series.Labels.SelectMany(label => contestants.Select(copy =>
            (copy, new Series($"{Path.GetFileName(directory)}, {copy.Where}", copy.Name, label, IsBaseline: !copy.Name.StartsWith("bulkmover", StringComparison.Ordinal)))))];
        // The first round fills the page cache and is not counted.
        for (int round = -1; round < rounds; round++)
        {
            foreach ((ShellCopy copy, Series series) in round % 2 == 0 ? all : all.Reverse())
            {
                (double wall, double cpu) = await MeasureAsync(copy.Command, cancellationToken);
                await Console.Error.WriteLineAsync($"round {round + 1}, {series.Subject}, {copy.Name} {series.Label}: {wall:F2} s, CPU {cpu:F2} s");
                await clean();
                if (round >= 0)
                    series.Add((Figure.Wall, wall), (Figure.Cpu, cpu));
            }
        }

        return new Run(Name, conditions, ["CPU is that of the program alone, not of a gateway."], [Figure.Wall, Figure.Cpu], [.. all.Select(one => one.Series)]);
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

    /// <summary>A contestant, as a command of the shell.</summary>
    private sealed record ShellCopy(string Where, string Name, string Command);
}
