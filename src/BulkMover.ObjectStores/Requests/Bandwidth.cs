using System.Diagnostics;

namespace BulkMover.ObjectStores.Requests;

/// <summary>Holds up whoever has got bytes until their time has come, so that all together get no more a second than is allowed.</summary>
/// <param name="bytesPerSecond">The limit.</param>
internal sealed class Bandwidth(long bytesPerSecond)
{
    /// <summary>What may come at once after a time without any; short, so that others on the line notice nothing.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits that are shorter than a timer is exact are put off: the bytes stay counted.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);

    private readonly Lock mutex = new();
    private readonly long begin = Stopwatch.GetTimestamp();

    /// <summary>Since the beginning: when all bytes so far would have come, one after another.</summary>
    private TimeSpan paid = -Burst;

    public async ValueTask TakeAsync(int bytes, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (mutex)
        {
            TimeSpan now = Stopwatch.GetElapsedTime(begin);
            paid = (paid < now - Burst ? now - Burst : paid) + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
            wait = paid - now;
        }

        if (wait > Shortest)
            await Task.Delay(wait, cancellationToken);
    }
}
