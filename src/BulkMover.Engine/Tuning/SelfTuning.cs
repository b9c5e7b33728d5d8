namespace BulkMover.Engine.Tuning;

/// <summary>Shows a tuner the flow from time to time, until it is disposed.</summary>
internal sealed class SelfTuning : IAsyncDisposable
{
    /// <summary>A quarter of the shortest time that tells anything, so that this is not much longer than it must be.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromSeconds(0.125);

    private readonly CancellationTokenSource stop = new();
    private readonly Task running;

    private SelfTuning(Tuner tuner, Func<FlowSample> sample, TimeProvider time) => running = RunAsync(tuner, sample, time, stop.Token);

    public static SelfTuning Begin(Tuner tuner, Func<FlowSample> sample, TimeProvider time) => new(tuner, sample, time);

    /// <summary>Throws what the tuner threw: that is our bug.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private static async Task RunAsync(Tuner tuner, Func<FlowSample> sample, TimeProvider time, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Often, time);
        await using CancellationTokenRegistration ending = stopping.UnsafeRegister(static timer => ((PeriodicTimer)timer!).Dispose(), timer);
        while (await timer.WaitForNextTickAsync(CancellationToken.None))
            tuner.Observe(sample());
        tuner.End();
    }
}
