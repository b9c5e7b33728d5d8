namespace BulkMover.Core.Errors;

/// <summary>
/// Repeats a request that may be repeated, as long as its error says <see cref="BulkMoverException.IsTransient"/>. The only place that does.
/// </summary>
public sealed record Retry
{
    /// <summary>Four attempts span some two seconds: a restart behind a load balancer passes, an outage is reported soon.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Each wait is twice the one before; half of it is random, so that many clients do not come back at once.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>A server that asks for more than this is out of order, and the user should hear of it now.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                return await request(cancellationToken);
            }
            catch (BulkMoverException error) when (error.IsTransient && attempt < Attempts && !(error.RetryAfter > LongestWait))
            {
                wait = error.RetryAfter ?? FirstWait * Math.Pow(2, attempt - 1) * (0.5 + (Random.Shared.NextDouble() / 2));
            }

            await Task.Delay(wait, cancellationToken);
        }
    }
}
