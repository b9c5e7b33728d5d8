using System.ComponentModel;
using System.Diagnostics;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Embedded;

/// <summary>The child process and what it says.</summary>
internal sealed class ServerProcess
{
    private const int KeptLines = 50;

    private readonly Process process;
    private readonly Queue<string> lines = new();
    private bool stopped;

    private ServerProcess(Process process, string workingDirectory)
    {
        this.process = process;
        WorkingDirectory = workingDirectory;
        Id = process.Id;
        process.OutputDataReceived += Keep;
        process.ErrorDataReceived += Keep;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string WorkingDirectory { get; }

    public int Id { get; }

    public bool HasExited => process.WaitForExit(0);

    /// <summary>The last lines of both outputs.</summary>
    public string Log
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    public bool Said(string text) => Log.Contains(text, StringComparison.Ordinal);

    public static ServerProcess Start(HostCommand host, string workingDirectory, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(host.FileName, [.. host.Arguments, .. arguments])
        {
            UseShellExecute = false,
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return new ServerProcess(Process.Start(start)!, workingDirectory);
        }
        catch (Win32Exception error)
        {
            throw new EnvironmentException("clickhouse.embedded_start",
                $"The embedded ClickHouse could not be started as '{host.FileName}' in '{workingDirectory}': {error.Message}", error);
        }
    }

    /// <summary>Closes its standard input, which ends it; kills it when it has not ended in time. Its log is complete then.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        if (Interlocked.Exchange(ref stopped, true))
            return;

        process.StandardInput.Close();
        if (!await ExitsWithinAsync(patience))
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private async Task<bool> ExitsWithinAsync(TimeSpan patience)
    {
        using var limit = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
            return;
        lock (lines)
        {
            lines.Enqueue(line.Data);
            if (lines.Count > KeptLines)
                lines.Dequeue();
        }
    }
}
