using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>
/// Scan tasks in the order of the plan that arrive together: what is lost when a copy is stopped. Whatever of it is on its way holds it;
/// with the last of them all its rows have been sent. Safe for concurrent use.
/// </summary>
/// <param name="number">From 0, in the order of the plan.</param>
/// <param name="load">Takes its rows; disposed with it.</param>
internal sealed class Chunk(long number, IChunkLoad load) : IAsyncDisposable
{
    private int held = 1;
    private long rows;
    private bool disposed;

    public long Number { get; } = number;

    /// <summary>Hash of its scan tasks; known when it is released for the first time.</summary>
    public string Tasks { get; set; } = "";

    public IChunkLoad Load { get; } = load;

    /// <summary>Rows that were sent.</summary>
    public long Rows => Interlocked.Read(ref rows);

    public void AddRows(long more) => Interlocked.Add(ref rows, more);

    /// <summary>One more thing of it is on its way. Only who holds it may ask for it.</summary>
    public Chunk Hold()
    {
        Interlocked.Increment(ref held);
        return this;
    }

    /// <summary>One thing less; each calls it once, when it has gone on or is done. After a failure it need not be called.</summary>
    /// <returns>True when it was the last.</returns>
    public bool Release() => Interlocked.Decrement(ref held) == 0;

    /// <summary>Called when it has arrived, and again when the copy ends.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref disposed, true) ? ValueTask.CompletedTask : Load.DisposeAsync();
}
