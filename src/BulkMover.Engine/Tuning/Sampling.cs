using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tuning;

/// <summary>Takes samples of a copy: each begins it, lets it run for some seconds, and throws away what it has brought.</summary>
/// <param name="snapshot">What is read, from its first file on.</param>
/// <param name="scan">Which of its columns and rows.</param>
/// <param name="newReader">Makes a reader for batches of a size.</param>
/// <param name="target">Where to; stays the caller's.</param>
/// <param name="request">With a transfer that is no copy's.</param>
/// <param name="survey">Of the scan.</param>
/// <param name="memoryBytes">Of each sample's budget.</param>
public sealed class Sampling(
    ITableSnapshot snapshot, Scan scan, Func<BatchSize, IScanTaskReader> newReader, ITarget target, TargetRequest request, Survey survey, long memoryBytes)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    /// <summary>A sample without a row ends after so long.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Takes one.</summary>
    /// <param name="point">With what.</param>
    /// <param name="before">Time that the copy has to find its pace, from the first rows that the target has taken.</param>
    /// <param name="time">How long it is measured from then on; less where the source ends.</param>
    /// <param name="cancellationToken">Stops it; nothing is left then but what <see cref="RemoveAsync"/> removes.</param>
    /// <exception cref="BulkMoverException">It failed for a reason that is not the point's.</exception>
    public async Task<Sample> TakeAsync(TuningPoint point, TimeSpan before, TimeSpan time, CancellationToken cancellationToken)
    {
        // With fewer inserts the target may bear what is too much for it at this point.
        var options = new CopyOptions { Readers = point.Readers, Writers = point.Writers, BlockRows = point.BlockRows, Patience = TimeSpan.Zero };
        var memory = new MemoryBudget(memoryBytes);
        BatchSize batches = options.BatchesFor(target.BestBatches, memory);
        TargetPlan plan = await target.PlanAsync(request with { Restart = true }, cancellationToken);
        var copy = new CopyTransfer(snapshot, scan, newReader(batches), new SampleTarget(target), plan, memory, options) { Planned = survey };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<CopyResult> running = copy.RunAsync(end.Token);
        (Moment first, Moment last, bool isShort) = await WatchAsync(copy, running, before, time, cancellationToken);
        await end.CancelAsync();
        string? problem = null;
        try
        {
            await running;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its time was over.
        }
        catch (BulkMoverException error) when (error.IsOverload)
        {
            problem = error.Message;
        }

        double seconds = (last.At - first.At).TotalSeconds;
        double rows = last.Rows - first.Rows;
        bool isNothing = problem is not null || rows <= 0;
        return new Sample(
            point, copy.Progress.Readers, copy.Progress.Writers, batches.Rows, isNothing ? 0 : rows / seconds, isNothing ? 0 : (last.Bytes - first.Bytes) / seconds,
            isNothing ? 0 : (last.Cpu - first.Cpu).TotalSeconds / rows * 1e6, memory.PeakBytes)
        {
            Problem = problem, IsShort = isShort && problem is null,
        };
    }

    /// <summary>Removes what samples have left in the target, these or those of a run that was killed.</summary>
    public async Task RemoveAsync()
    {
        // Also after the user's cancel.
        if ((await target.TransfersAsync(CancellationToken.None)).Any(record => record.Transfer == request.Transfer))
            await target.DiscardAsync(request.Transfer, CancellationToken.None);
    }

    /// <returns>When rows had arrived at last before it was measured, and at the end: what lies between comes in whole blocks, so does the time.</returns>
    private static async Task<(Moment First, Moment Last, bool IsShort)> WatchAsync(
        CopyTransfer copy, Task running, TimeSpan before, TimeSpan time, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        Moment start = Moment.Of(copy);
        (Moment? arrived, Moment? first, Moment last) = (null, null, start);
        while (true)
        {
            bool hasEnded = await Task.WhenAny(running, Task.Delay(LookEvery, cancellationToken)) == running;
            Moment now = Moment.Of(copy);
            if (now.Rows > last.Rows)
            {
                last = now;
                arrived ??= now;
                first ??= now.At - arrived.At >= before ? now : null;
            }

            // A source of a block or two is measured as a whole.
            if (hasEnded)
                return (first is null || first == last ? start : first, last, true);
            if (cancellationToken.IsCancellationRequested || (first is not null && last != first && now.At - first.At >= time) || Stopwatch.GetElapsedTime(begin) > Longest)
                return (first ?? start, last, false);
        }
    }

    private sealed record Moment(TimeSpan At, long Rows, long Bytes, TimeSpan Cpu)
    {
        public static Moment Of(CopyTransfer copy)
        {
            TransferProgress progress = copy.Progress;
            return new Moment(progress.Elapsed, progress.RowsSent, progress.BytesRead, Environment.CpuUsage.TotalTime);
        }
    }
}
