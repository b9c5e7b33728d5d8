namespace BulkMover.ObjectStores.Requests;

/// <summary>How a store is asked to copy an object itself.</summary>
/// <param name="WholeBytes">No more than that with one request.</param>
/// <param name="PartBytes">Else so many with each, or more where that would be too many requests.</param>
internal sealed record CopySize(long WholeBytes, long PartBytes)
{
    /// <summary>Hardly any bytes of ours, and the store has many machines.</summary>
    private const int PartsUnderWay = 8;

    /// <summary>Copies the parts of an object, some at the same time.</summary>
    /// <param name="bytes">The object's length, more than 0.</param>
    /// <param name="maxParts">As many as the store takes for an object.</param>
    /// <param name="copy">A part: its number from 1, where it begins, its length.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task ForEachPartAsync(long bytes, int maxParts, Func<int, long, long, CancellationToken, Task> copy, CancellationToken cancellationToken)
    {
        long partBytes = Math.Max(PartBytes, ((bytes - 1) / maxParts) + 1);
        var options = new ParallelOptions { MaxDegreeOfParallelism = PartsUnderWay, CancellationToken = cancellationToken };
        return Parallel.ForAsync(0, (int)(((bytes - 1) / partBytes) + 1), options, async (part, stopping) =>
            await copy(part + 1, part * partBytes, Math.Min(partBytes, bytes - (part * partBytes)), stopping));
    }
}
