using System.Diagnostics;

namespace BulkMover.Engine.Metrics;

/// <summary>
/// Adds up the time that many workers spend on one thing, those that are at it now included: a worker that has been at a row group for
/// ten seconds counts ten seconds. It is used per item, never per row.
/// </summary>
internal sealed class SharedStopwatch
{
    private readonly Lock gate = new();
    private long running;

    // Sum of (end - start) of the intervals that ended, and of -start of those that did not.
    private long ticks;

    public TimeSpan Total
    {
        get
        {
            lock (gate)
                return Stopwatch.GetElapsedTime(0, ticks + (running * Stopwatch.GetTimestamp()));
        }
    }

    /// <summary>Counts from now until the result is disposed, which happens once.</summary>
    public Interval Start()
    {
        lock (gate)
        {
            running++;
            ticks -= Stopwatch.GetTimestamp();
        }

        return new Interval(this);
    }

    private void Stop()
    {
        lock (gate)
        {
            running--;
            ticks += Stopwatch.GetTimestamp();
        }
    }

    internal readonly struct Interval(SharedStopwatch owner) : IDisposable
    {
        public void Dispose() => owner.Stop();
    }
}
