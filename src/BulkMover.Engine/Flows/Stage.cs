using System.Threading.Tasks.Dataflow;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Flows;

/// <summary>
/// Workers that handle items one by one; items of one lane go to one worker and keep their order. A stage never faults and is never cancelled: a faulted or cancelled block would dispose
/// nothing of what it has queued and would leave its senders waiting. After a failure it goes on to receive, and disposes each item.
/// Without lanes the number of workers follows <see cref="StageMeter.Workers"/>; with lanes there is a worker for each that may be, and the lanes decide.
/// </summary>
public sealed class Stage<T> : IStage
{
    private readonly Flow flow;
    private readonly StageMeter meter;
    private readonly Func<T, CancellationToken, Task> body;
    private readonly Func<T, int>? lane;
    private readonly ActionBlock<T>[] blocks;
    private readonly WorkerLimit? limit;

    internal Stage(Flow flow, StageMeter meter, int waitingItems, Func<T, CancellationToken, Task> body, Func<T, int>? lane)
    {
        (this.flow, this.meter, this.body, this.lane) = (flow, meter, body, lane);
        (int count, int workers) = lane is null ? (1, meter.MostWorkers) : (meter.MostWorkers, 1);
        if (lane is null)
        {
            // An item that is let in finds a worker: were others to wait for one, those beyond the limit would take them.
            if (waitingItems > 0 && meter.Workers < meter.MostWorkers)
                throw new ArgumentException("Items wait outside a stage whose workers may change.", nameof(waitingItems));
            limit = new WorkerLimit(meter.Workers + waitingItems);
            meter.WorkersChanged = limit.Change;
        }

        var options = new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = workers,
            // The block counts the items that its workers have in hand as well.
            BoundedCapacity = workers + waitingItems,
        };
        blocks = [.. Enumerable.Range(0, count).Select(_ => new ActionBlock<T>(HandleAsync, options))];
    }

    /// <summary>Hands the item over, also when this throws; waits while the stage is full.</summary>
    /// <exception cref="OperationCanceledException">The flow is stopping; the sender should end.</exception>
    public async Task SendAsync(T item)
    {
        // Without the token: the stage takes and disposes what comes after a failure, so the wait is short and nothing is left over.
        ActionBlock<T> block = lane is null ? blocks[0] : blocks[lane(item) % blocks.Length];
        Task entering = limit?.EnterAsync() ?? Task.CompletedTask;
        if (!entering.IsCompleted)
        {
            using (meter.SenderWaits())
                await entering;
        }

        Task<bool> sending = block.SendAsync(item);
        if (!sending.IsCompleted)
        {
            using (meter.SenderWaits())
                await sending;
        }

        if (!await sending)
        {
            limit?.Leave();
            Drop(item);
            throw new InvalidOperationException($"Stage '{meter.Name}' was sent an item after it was complete.");
        }

        flow.Stopping.ThrowIfCancellationRequested();
    }

    Task IStage.CompleteAsync()
    {
        foreach (ActionBlock<T> block in blocks)
            block.Complete();
        return Task.WhenAll(blocks.Select(block => block.Completion));
    }

    private async Task HandleAsync(T item)
    {
        if (flow.Stopping.IsCancellationRequested)
        {
            Drop(item);
            limit?.Leave();
            return;
        }

        using (meter.Handles())
        {
            try
            {
                await body(item, flow.Stopping);
            }
            catch (Exception error)
            {
                flow.Fail(meter.Name, error);
            }
        }

        meter.AddItem();
        limit?.Leave();
    }

    private void Drop(T item)
    {
        try
        {
            (item as IDisposable)?.Dispose();
        }
        catch (Exception error)
        {
            flow.Fail(meter.Name, error);
        }
    }
}
