using BulkMover.Cli.Reports;
using BulkMover.Core.Errors;

namespace BulkMover.Cli.Commands;

/// <summary>Steps that change nothing, and are tried again when a failure may pass: for moments only, for a wrong address looks like a server that is down.</summary>
internal static class Patiently
{
    public static Task<T> RunAsync<T>(IReport report, Func<CancellationToken, Task<T>> step, CancellationToken cancellationToken)
    {
        var retry = new Retry { Waiting = (failure, wait) => report.Report($"{failure.Message} Trying again in {wait.TotalSeconds:F1} s.") };
        return retry.RunAsync(step, cancellationToken);
    }
}
