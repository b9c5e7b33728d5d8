namespace BulkMover.TableFormats.Targets;

/// <summary>
/// Places for the files that a load has open at the same time: each holds bytes on their way into the store. One place is only for the ends of chunks, which
/// write a file to its end without waiting for anything else: so they come on while files of other chunks have all other places. Safe for concurrent use.
/// </summary>
/// <param name="most">How many, two at least.</param>
internal sealed class OpenFiles(int most) : IDisposable
{
    private readonly SemaphoreSlim any = new(most - 1);
    private readonly SemaphoreSlim ends = new(1);

    /// <summary>Null when there is none. The caller disposes it, once, when the file is not open any more.</summary>
    public IDisposable? TryTake() => any.Wait(0) ? new Place(any) : null;

    /// <summary>At the end of a chunk: waits until there is one. The caller disposes it, once.</summary>
    public async ValueTask<IDisposable> TakeAsync(CancellationToken cancellationToken)
    {
        if (TryTake() is { } place)
            return place;
        await ends.WaitAsync(cancellationToken);
        return new Place(ends);
    }

    public void Dispose()
    {
        any.Dispose();
        ends.Dispose();
    }

    private sealed class Place(SemaphoreSlim of) : IDisposable
    {
        public void Dispose() => of.Release();
    }
}
