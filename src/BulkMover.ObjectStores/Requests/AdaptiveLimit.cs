using System.Diagnostics;

namespace BulkMover.ObjectStores.Requests;

/// <summary>
/// Lets as many requests through at the same time as the store bears: each that ends well raises the limit a little, and one that the store
/// refuses because it is asked too much halves it (additive increase, multiplicative decrease, as TCP does). Safe for concurrent use.
/// </summary>
/// <param name="first">The limit before anything is known.</param>
/// <param name="most">It grows no further.</param>
internal sealed class AdaptiveLimit(int first, int most)
{
    private readonly Lock mutex = new();
    private readonly Queue<TaskCompletionSource> waiting = new();
    private double limit = Math.Min(first, most);
    private int inside;
    private long lastRefusal;

    /// <summary>Requests that may be inside now.</summary>
    public int Limit
    {
        get
        {
            lock (mutex)
                return (int)limit;
        }
    }

    /// <returns>When it was let in, for <see cref="Leave"/>.</returns>
    public async ValueTask<long> EnterAsync(CancellationToken cancellationToken)
    {
        TaskCompletionSource place;
        lock (mutex)
        {
            if (TryTake())
                return Stopwatch.GetTimestamp();
            place = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting.Enqueue(place);
        }

        await using (cancellationToken.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), place))
            await place.Task;
        return Stopwatch.GetTimestamp();
    }

    /// <summary>Lets in who need not come in: never before those that wait.</summary>
    public bool TryEnter()
    {
        lock (mutex)
            return waiting.Count == 0 && TryTake();
    }

    /// <param name="entered">What <see cref="EnterAsync"/> gave.</param>
    /// <param name="wasRefused">The store wants to be asked less. Several that were under way together count once.</param>
    public void Leave(long entered, bool wasRefused)
    {
        lock (mutex)
        {
            if (!wasRefused)
            {
                limit = inside < (int)limit ? limit : Math.Min(most, limit + (1 / limit));
            }
            else if (entered >= lastRefusal)
            {
                limit = Math.Max(1, limit / 2);
                lastRefusal = Stopwatch.GetTimestamp();
            }

            inside--;
            while (inside < (int)limit && waiting.TryDequeue(out TaskCompletionSource? next))
            {
                if (next.TrySetResult())
                    inside++;
            }
        }
    }

    private bool TryTake()
    {
        if (inside >= (int)limit)
            return false;
        inside++;
        return true;
    }
}
