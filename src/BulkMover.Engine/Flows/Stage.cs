using System.Threading.Tasks.Dataflow;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Flows;

/// <summary>
/// Workers that handle items one by one. A stage never faults and is never cancelled: a faulted or cancelled block would dispose
/// nothing of what it has queued and would leave its senders waiting. After a failure it goes on to receive, and disposes each item.
/// </summary>
public sealed class Stage<T> : IStage
{
    private readonly Flow flow;
    private readonly StageMeter meter;
    private readonly Func<T, CancellationToken, Task> body;
    private readonly ActionBlock<T> block;

    internal Stage(Flow flow, StageMeter meter, int waitingItems, Func<T, CancellationToken, Task> body)
    {
        (this.flow, this.meter, this.body) = (flow, meter, body);
        block = new ActionBlock<T>(HandleAsync, new ExecutionDataflowBlockOptions
        {
            MaxDegreeOfParallelism = meter.Workers,
            // The block counts the items that its workers have in hand as well.
            BoundedCapacity = meter.Workers + waitingItems,
        });
    }

    /// <summary>Hands the item over, also when this throws; waits while the stage is full.</summary>
    /// <exception cref="OperationCanceledException">The flow is stopping; the sender should end.</exception>
    public async Task SendAsync(T item)
    {
        // Without the token: the stage takes and disposes what comes after a failure, so the wait is short and nothing is left over.
        Task<bool> sending = block.SendAsync(item);
        if (!sending.IsCompleted)
        {
            using (meter.SenderWaits())
                await sending;
        }

        if (!await sending)
        {
            Drop(item);
            throw new InvalidOperationException($"Stage '{meter.Name}' was sent an item after it was complete.");
        }

        flow.Stopping.ThrowIfCancellationRequested();
    }

    Task IStage.CompleteAsync()
    {
        block.Complete();
        return block.Completion;
    }

    private async Task HandleAsync(T item)
    {
        if (flow.Stopping.IsCancellationRequested)
        {
            Drop(item);
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
