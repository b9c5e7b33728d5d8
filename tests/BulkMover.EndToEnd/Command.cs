using System.Diagnostics;

namespace BulkMover.EndToEnd;

/// <summary>Runs the command as its users do: a process, its arguments, its environment.</summary>
public static class Command
{
    /// <summary>Names the program; without it, the one that was built with these tests. tests/run.sh names the published one.</summary>
    private const string ProgramVariable = "BULKMOVER_COMMAND";

    /// <summary>Longer than any of these commands needs on a busy machine; what takes longer hangs.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync([], arguments);

    public static async Task<CommandResult> RunAsync(Dictionary<string, string> environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        return await FinishAsync(process);
    }

    /// <summary>Starts a command and lets it run; its output is read to the end by <see cref="FinishAsync"/>.</summary>
    public static Process Start(Dictionary<string, string> environment, params string[] arguments)
    {
        string built = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "bulkmover.exe" : "bulkmover");
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable(ProgramVariable) ?? built)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task<CommandResult> FinishAsync(Process process)
    {
        using var limit = new CancellationTokenSource(Limit);
        Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
