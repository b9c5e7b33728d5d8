using System.Runtime.ExceptionServices;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Flows;

/// <summary>
/// A chain of stages that ends in one of two ways: every item went through every stage, or the first failure is thrown and every item
/// that was still on its way has been disposed. Stages are added from the last to the first, so that a body can name the next one.
/// </summary>
/// <param name="cancellationToken">The user's: when it is cancelled the flow stops and throws <see cref="OperationCanceledException"/>.</param>
public sealed class Flow(CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly List<IStage> stages = [];
    private Exception? firstFailure;
    private Task stopped = Task.CompletedTask;

    /// <summary>Cancelled at the first failure or by the user; every body gets it.</summary>
    internal CancellationToken Stopping => stop.Token;

    /// <summary>Adds the stage that comes before those already added.</summary>
    /// <param name="meter">Name of the stage, how many bodies run at once, and where its times are kept.</param>
    /// <param name="waitingItems">Items that may wait for a free worker (with lanes: for each); one more makes the sender wait. None where the number of workers may change.</param>
    /// <param name="body">Handles one item, which it owns from its first line on.</param>
    /// <param name="lane">
    /// Items of the same lane, a number from 0, are handled one after another in the order in which they were sent; null lets any free
    /// worker take any item.
    /// </param>
    public Stage<T> AddStage<T>(StageMeter meter, int waitingItems, Func<T, CancellationToken, Task> body, Func<T, int>? lane = null)
    {
        var stage = new Stage<T>(this, meter, waitingItems, body, lane);
        stages.Add(stage);
        return stage;
    }

    /// <summary>Runs <paramref name="produce"/>, which sends to the first stage, and returns when the last stage is done.</summary>
    /// <exception cref="OperationCanceledException">The user cancelled, and nothing had failed before.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> produce)
    {
        try
        {
            await produce(Stopping);
        }
        catch (Exception error)
        {
            Fail("plan", error);
        }

        // A stage gets no more items only when all that send to it, which were added after it, are done.
        foreach (IStage stage in Enumerable.Reverse(stages))
            await stage.CompleteAsync();
        // What callbacks on the token throw comes after the first failure, as everything does that the token brings about.
        await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        if (firstFailure is not null)
            ExceptionDispatchInfo.Throw(firstFailure);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => stop.Dispose();

    internal void Fail(string stage, Exception error)
    {
        // What bodies throw after the user's cancel is its consequence, not a failure.
        if (cancellationToken.IsCancellationRequested)
            return;

        if (Interlocked.CompareExchange(ref firstFailure, Timeouts.AsFailure(stage, error), null) is null)
            stopped = stop.CancelAsync();
    }
}
