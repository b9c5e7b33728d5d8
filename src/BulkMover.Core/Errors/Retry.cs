using System.Diagnostics;

namespace BulkMover.Core.Errors;

/// <summary>
/// Repeats a request or a whole copy that may be repeated. The only place that does.
/// </summary>
public sealed record Retry
{
    /// <summary>Four attempts span some two seconds: a restart behind a load balancer passes, an outage is reported soon.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Each wait is twice the one before; half of it is random, so that many clients do not come back at once.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Waits grow no further. A server that asks for more than this is out of order, and the user should hear of it now.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long attempts that do not come on are repeated, from the first failure on.</summary>
    public TimeSpan Patience { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Which errors are tried again.</summary>
    public Func<BulkMoverException, bool> Repeats { get; init; } = error => error.IsTransient;

    /// <summary>Grows when an attempt has come on before it failed: waits and patience then begin anew.</summary>
    public Func<long> Progress { get; init; } = () => 0;

    /// <summary>Told the error and how long is waited, before the wait.</summary>
    public Action<BulkMoverException, TimeSpan> Waiting { get; init; } = (_, _) => { };

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        (long? began, long reached) = (null, Progress());
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                return await request(cancellationToken);
            }
            catch (BulkMoverException error) when (Repeats(error) && !(error.RetryAfter > LongestWait) && !cancellationToken.IsCancellationRequested)
            {
                if (Progress() > reached)
                    (began, reached, attempt) = (null, Progress(), 1);
                began ??= Stopwatch.GetTimestamp();
                wait = error.RetryAfter ?? Grown(attempt) * (0.5 + (Random.Shared.NextDouble() / 2));
                if (attempt >= Attempts || (Patience != Timeout.InfiniteTimeSpan && Stopwatch.GetElapsedTime(began.Value) + wait > Patience))
                    throw;
                Waiting(error, wait);
            }

            await Task.Delay(wait, cancellationToken);
        }
    }

    private TimeSpan Grown(int attempt)
    {
        double milliseconds = FirstWait.TotalMilliseconds * Math.Pow(2, attempt - 1);
        return milliseconds < LongestWait.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : LongestWait;
    }
}
