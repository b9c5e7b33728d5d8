namespace BulkMover.Engine.Metrics;

/// <summary>What a stage did and waited for; the times are summed over its workers.</summary>
/// <param name="Name">The stage.</param>
/// <param name="Workers">Items that it handles at the same time at most, as it is now.</param>
/// <param name="Items">Items that it has handled.</param>
/// <param name="Busy">At work, calls to source or target included.</param>
/// <param name="WaitedForInput">With nothing to do.</param>
/// <param name="WaitedForMemory">Until the budget had room.</param>
/// <param name="BlockedOnNext">Until the next stage had room.</param>
public sealed record StageProgress(
    string Name, int Workers, long Items, TimeSpan Busy, TimeSpan WaitedForInput, TimeSpan WaitedForMemory, TimeSpan BlockedOnNext)
{
    /// <summary>The time of all workers.</summary>
    public TimeSpan Worked => Busy + WaitedForInput + WaitedForMemory + BlockedOnNext;
}
