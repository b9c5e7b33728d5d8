using BulkMover.Engine.Metrics;
using Spectre.Console;

namespace BulkMover.Cli.Reports;

/// <summary>Progress on a terminal: one line that is redrawn and gone when the work ends.</summary>
internal static class ProgressBar
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(200);

    public static async Task FollowAsync(Task work, Func<TransferProgress> progress, TextWriter error)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await console.Progress()
            .AutoClear(true)
            .Columns(new SpinnerColumn(), new ProgressBarColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(context => RedrawAsync(context.AddTask("starting", maxValue: 1), work, progress));
        await work;
    }

    private static async Task RedrawAsync(ProgressTask bar, Task work, Func<TransferProgress> progress)
    {
        while (await Task.WhenAny(work, Task.Delay(Every)) != work)
        {
            TransferProgress now = progress();
            bar.Value = ProgressText.Share(now);
            bar.Description = Markup.Escape(ProgressText.Of(now));
        }
    }
}
