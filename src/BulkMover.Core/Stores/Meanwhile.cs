namespace BulkMover.Core.Stores;

/// <summary>What is asked while something else is: a store that is far takes as long for either. Disposing stops it and waits for its end, whatever that is.</summary>
public sealed class Meanwhile<T> : IAsyncDisposable
{
    private readonly CancellationTokenSource stop;

    /// <summary>Begins to ask.</summary>
    /// <param name="ask">With the token that disposing cancels, too.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Meanwhile(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Answer = ask(stop.Token);
    }

    /// <summary>For whoever needs it; a failure that nobody awaits is nobody's.</summary>
    public Task<T> Answer { get; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await ((Task)Answer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.Dispose();
    }
}
