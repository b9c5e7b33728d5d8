namespace BulkMover.Engine.Metrics;

/// <summary>What one stage did and waited for so far. Safe for concurrent use.</summary>
/// <param name="name">The stage's name in progress, summary and messages.</param>
/// <param name="workers">Items that it handles at the same time at most.</param>
public sealed class StageMeter(string name, int workers)
{
    private readonly SharedStopwatch handling = new();
    private readonly SharedStopwatch memoryWaits = new();
    private readonly SharedStopwatch senderWaits = new();
    private long items;

    public string Name { get; } = name;

    public int Workers { get; } = workers;

    /// <param name="elapsed">Time since the transfer began.</param>
    /// <param name="next">The stage that this one sends to; null for the last.</param>
    public StageProgress Snapshot(TimeSpan elapsed, StageMeter? next)
    {
        TimeSpan handled = handling.Total;
        TimeSpan memory = memoryWaits.Total;
        TimeSpan blocked = next?.senderWaits.Total ?? TimeSpan.Zero;
        return new StageProgress(Name, Workers, Interlocked.Read(ref items),
            NotNegative(handled - memory - blocked), NotNegative((elapsed * Workers) - handled), memory, blocked);
    }

    internal SharedStopwatch.Interval Handles() => handling.Start();

    internal SharedStopwatch.Interval WaitsForMemory() => memoryWaits.Start();

    /// <summary>Another stage's worker waits until this stage has room.</summary>
    internal SharedStopwatch.Interval SenderWaits() => senderWaits.Start();

    internal void AddItem() => Interlocked.Increment(ref items);

    // The three clocks are read one after the other, so that a difference can be a moment below zero.
    private static TimeSpan NotNegative(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
