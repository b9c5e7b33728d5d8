using System.Numerics;

namespace BulkMover.ObjectStores.Requests;

/// <summary>How long a store took for requests of about the same size. Safe for concurrent use.</summary>
internal sealed class AnswerTimes
{
    /// <summary>Of each size so many of the last are kept.</summary>
    private const int Kept = 64;

    /// <summary>Fewer say nothing about the slowest ones.</summary>
    private const int Enough = 20;

    private const double Percentile = 0.95;

    private readonly Lock mutex = new();
    private readonly Dictionary<int, (TimeSpan[] Times, long Count)> sizes = [];

    public void Add(long bytes, TimeSpan time)
    {
        lock (mutex)
        {
            (TimeSpan[] times, long count) = sizes.TryGetValue(Size(bytes), out var known) ? known : (new TimeSpan[Kept], 0);
            times[count % Kept] = time;
            sizes[Size(bytes)] = (times, count + 1);
        }
    }

    /// <summary>The time after which all but the slowest twentieth have come; null when too few are known.</summary>
    public TimeSpan? Usual(long bytes)
    {
        lock (mutex)
        {
            if (!sizes.TryGetValue(Size(bytes), out (TimeSpan[] Times, long Count) known) || known.Count < Enough)
                return null;
            TimeSpan[] sorted = known.Times[..(int)Math.Min(known.Count, Kept)];
            Array.Sort(sorted);
            return sorted[(int)(Percentile * (sorted.Length - 1))];
        }
    }

    private static int Size(long bytes) => BitOperations.Log2((ulong)bytes | 1);
}
