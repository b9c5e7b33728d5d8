namespace BulkMover.Engine.Memory;

/// <summary>A lease of bytes that several items use: given back with the last of them. Safe for concurrent use.</summary>
/// <param name="lease">Taken over; the first user is whoever makes this.</param>
internal sealed class SharedLease(MemoryLease lease) : IDisposable
{
    private int users = 1;

    /// <summary>One more user, who disposes it too. Only a user may ask for it.</summary>
    public SharedLease Share()
    {
        Interlocked.Increment(ref users);
        return this;
    }

    /// <summary>One user less; each calls it once.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref users) == 0)
            lease.Dispose();
    }
}
