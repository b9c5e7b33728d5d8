using System.Diagnostics;
using System.Globalization;
using BulkMover.Conformance.Corpus;
using BulkMover.Core.Errors;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>
/// Reads one table in a process of its own: <c>read-table ENTRY</c>. The rows go to stdout, an error to stderr, then the most
/// memory that the process ever had; the exit code is the command line's.
/// </summary>
internal static class TableCommand
{
    public const string Name = "read-table";

    private const string PeakPrefix = "peak_bytes=";

    public static async Task<int> RunAsync(string[] arguments)
    {
        int exitCode = await PrintAsync(CorpusIndex.Instance[arguments.Single()]);
        await Console.Error.WriteLineAsync($"{PeakPrefix}{Process.GetCurrentProcess().PeakWorkingSet64}");
        return exitCode;
    }

    /// <summary>Runs this program as a child that reads <paramref name="entry"/>; kills it when the token says so.</summary>
    public static async Task<TableCommandResult> StartAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "BulkMover.Conformance");
        var start = new ProcessStartInfo(program, [Name, entry.Name]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process child = Process.Start(start)!;
        try
        {
            Task<string> output = child.StandardOutput.ReadToEndAsync(cancellationToken), errors = child.StandardError.ReadToEndAsync(cancellationToken);
            await child.WaitForExitAsync(cancellationToken);
            string[] messages = (await errors).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            long peakBytes = messages.Length > 0 && messages[^1].StartsWith(PeakPrefix, StringComparison.Ordinal)
                ? long.Parse(messages[^1].AsSpan(PeakPrefix.Length), CultureInfo.InvariantCulture)
                : 0;
            var rows = new CanonRows();
            foreach (string line in (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries))
                rows.Add(line);
            return new TableCommandResult(child.ExitCode, rows, string.Join('\n', messages), peakBytes);
        }
        finally
        {
            if (!child.HasExited)
                child.Kill();
        }
    }

    private static async Task<int> PrintAsync(CorpusEntry entry)
    {
        try
        {
            (CanonRows rows, _) = await ForeignTable.ReadAsync(entry, CancellationToken.None);
            await using var output = new StreamWriter(Console.OpenStandardOutput());
            foreach (string line in rows.Lines())
                await output.WriteAsync(line + "\n");
            return 0;
        }
        catch (BulkMoverException error)
        {
            await Console.Error.WriteLineAsync($"{error.Code}: {error.Message}");
            return error.ExitCode;
        }
        catch (Exception error)
        {
            // As the command line does with what is our own bug.
            await Console.Error.WriteLineAsync(error.ToString());
            return 1;
        }
    }
}

/// <param name="ExitCode">As the command line's.</param>
/// <param name="Rows">What was read; complete only with exit code 0.</param>
/// <param name="Messages">What it wrote to stderr.</param>
/// <param name="PeakBytes">The most memory that it had; 0 when it crashed.</param>
internal sealed record TableCommandResult(int ExitCode, CanonRows Rows, string Messages, long PeakBytes);
