using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Tuning;

/// <summary>What happened between two samples.</summary>
internal sealed class FlowWindow(FlowSample from, FlowSample to)
{
    /// <summary>Shorter ones tell of single row groups and blocks, not of the flow.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    /// <summary>Where so little comes that this is not enough for <see cref="Items"/>, that is how fast it is.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Things counted: with two windows one more or less of them is an eighth of the rate, which is about what a turn has to bring; more would make a slow flow wait long for it.</summary>
    private const int Items = 4;

    private readonly TimeSpan time = to.Elapsed - from.Elapsed;

    /// <summary>Whether it tells anything. Every worker has been at something new in it, or enough of them have.</summary>
    public bool IsEnough => time >= Longest
        || (time >= Shortest && to.Send.Items - from.Send.Items >= Items && to.Fetch.Items - from.Fetch.Items >= Math.Min(Items, to.Fetch.Workers));

    public TimeSpan End => to.Elapsed;

    public double BytesReadPerSecond => (to.BytesRead - from.BytesRead) / time.TotalSeconds;

    public double RowsSentPerSecond => (to.RowsSent - from.RowsSent) / time.TotalSeconds;

    /// <summary>Share of the machine's processors that nobody used; null where that is not told.</summary>
    public double? Idle => (to.Idle - from.Idle) / (time * Environment.ProcessorCount);

    /// <summary>Share of their time that workers were at work, waits for source and target included.</summary>
    public double OpenBusy => Share(from.Open, to.Open, stage => stage.Busy);

    /// <inheritdoc cref="OpenBusy"/>
    public double FetchBusy => Share(from.Fetch, to.Fetch, stage => stage.Busy);

    /// <inheritdoc cref="OpenBusy"/>
    public double SendBusy => Share(from.Send, to.Send, stage => stage.Busy);

    /// <summary>Share of their time that readers stood with what they had fetched.</summary>
    public double FetchBlocked => Share(from.Fetch, to.Fetch, stage => stage.BlockedOnNext);

    /// <summary>Share of their time that readers found no room in the budget.</summary>
    public double FetchWithoutMemory => Share(from.Fetch, to.Fetch, stage => stage.WaitedForMemory);

    private static double Share(StageProgress from, StageProgress to, Func<StageProgress, TimeSpan> time) =>
        to.Worked > from.Worked ? (time(to) - time(from)) / (to.Worked - from.Worked) : 0;
}
