using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Reports;

/// <summary>Progress where nobody can redraw: a log file gets one line in a while.</summary>
internal static class ProgressLines
{
    /// <summary>Often enough to see life, rare enough that an hour's log stays readable.</summary>
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    public static async Task FollowAsync(Task work, Func<TransferProgress> progress, TextWriter error)
    {
        while (await Task.WhenAny(work, Task.Delay(Every)) != work)
            error.WriteLine(ProgressText.Of(progress()));
        await work;
    }
}
