namespace BulkMover.Engine.Metrics;

/// <summary>What one stage did and waited for so far. Safe for concurrent use.</summary>
/// <param name="name">The stage's name in progress, summary and messages.</param>
/// <param name="workers">Items that it handles at the same time at most, at first.</param>
/// <param name="mostWorkers">As many as that may become.</param>
public sealed class StageMeter(string name, int workers, int mostWorkers)
{
    private readonly Lock gate = new();
    private readonly SharedStopwatch handling = new();
    private readonly SharedStopwatch memoryWaits = new();
    private readonly SharedStopwatch senderWaits = new();
    private long items;

    // Worker time since the transfer began is its time with as many workers as there are now, and this.
    private TimeSpan ofOtherWorkers;

    /// <summary>Of a stage whose workers stay as many as they are.</summary>
    public StageMeter(string name, int workers)
        : this(name, workers, workers)
    {
    }

    public string Name { get; } = name;

    public int Workers { get; private set; } = workers;

    public int MostWorkers { get; } = mostWorkers;

    /// <summary>Told how many workers there are from now on; the stage sets it.</summary>
    internal Action<int>? WorkersChanged { get; set; }

    /// <param name="elapsed">Time since the transfer began.</param>
    /// <param name="next">The stage that this one sends to; null for the last.</param>
    public StageProgress Snapshot(TimeSpan elapsed, StageMeter? next)
    {
        TimeSpan handled = handling.Total;
        TimeSpan memory = memoryWaits.Total;
        TimeSpan blocked = next?.senderWaits.Total ?? TimeSpan.Zero;
        (int now, TimeSpan worked) = WorkerTime(elapsed);
        return new StageProgress(Name, now, Interlocked.Read(ref items), NotNegative(handled - memory - blocked), NotNegative(worked - handled), memory, blocked);
    }

    /// <param name="count">From 1 to <see cref="MostWorkers"/>; those that have an item in hand finish it.</param>
    /// <param name="elapsed">Time since the transfer began.</param>
    internal void SetWorkers(int count, TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostWorkers);
        lock (gate)
        {
            ofOtherWorkers += elapsed * (Workers - count);
            Workers = count;
        }

        WorkersChanged?.Invoke(count);
    }

    internal SharedStopwatch.Interval Handles() => handling.Start();

    internal SharedStopwatch.Interval WaitsForMemory() => memoryWaits.Start();

    /// <summary>Another stage's worker waits until this stage has room.</summary>
    internal SharedStopwatch.Interval SenderWaits() => senderWaits.Start();

    internal void AddItem() => Interlocked.Increment(ref items);

    private (int Workers, TimeSpan Worked) WorkerTime(TimeSpan elapsed)
    {
        lock (gate)
            return (Workers, (elapsed * Workers) + ofOtherWorkers);
    }

    // The three clocks are read one after the other, so that a difference can be a moment below zero.
    private static TimeSpan NotNegative(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time;
}
