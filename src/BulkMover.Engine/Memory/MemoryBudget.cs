using BulkMover.Core.Errors;

namespace BulkMover.Engine.Memory;

/// <summary>
/// Counts the bytes that all stages hold together; whoever finds no room waits, in the order of asking within one use. Safe for
/// concurrent use.
/// </summary>
/// <remarks>
/// Ceilings make it free of deadlocks. What a use and all uses before it hold together stays under the use's ceiling, so that between
/// two ceilings there is a share that only a use and those after it can take. Whoever waits holds bytes of earlier uses only; those after
/// it give theirs back without asking for more than their own share, the last by sending; then the share is free and the wait ends.
/// That holds for requests no larger than the share: larger ones are refused by name.
/// </remarks>
public sealed class MemoryBudget
{
    private const int Parts = 16;

    // Sixteenths of the budget, by use. Fetching gets the largest share: what is fetched ahead hides the network.
    private static readonly int[] CeilingParts = [2, 8, 12, Parts];

    private readonly Lock gate = new();
    private readonly long[] held = new long[CeilingParts.Length];
    private readonly LinkedList<Waiter>[] waiting = [.. CeilingParts.Select(_ => new LinkedList<Waiter>())];
    private long peakBytes;

    /// <exception cref="InvalidInputException">The budget is not above zero.</exception>
    public MemoryBudget(long bytes)
    {
        if (bytes <= 0)
            throw new InvalidInputException("engine.memory_invalid", $"A memory budget of {bytes:N0} bytes holds nothing. Give --memory a size such as 1GiB.");
        Bytes = bytes;
    }

    public long Bytes { get; }

    /// <summary>
    /// What a reader may have with what it keeps for the next: three quarters, the ceiling of decoding. The rest is for what is encoded, and for what no lease counts: the rest of a
    /// piece of memory that is not full, buffers for pages, the runtime's heap.
    /// </summary>
    public long ReaderBytes => Bytes / Parts * CeilingParts[(int)MemoryUse.Decode];

    /// <summary>What a target may hold for itself and keep back of encoded blocks: it comes out of the last use's share, where nothing else could free it.</summary>
    public long KeepBackBytes => Bytes / Parts;

    public long LeasedBytes
    {
        get
        {
            lock (gate)
                return held.Sum();
        }
    }

    /// <summary>The most that was leased at one time.</summary>
    public long PeakBytes
    {
        get
        {
            lock (gate)
                return peakBytes;
        }
    }

    /// <summary>
    /// A quarter of the machine's or container's memory, at least 256 MiB: the rest is for the page cache, which fetching lives on, and
    /// for a server on the same machine.
    /// </summary>
    public static long DefaultBytes() => Math.Max(256L * 1024 * 1024, MachineMemory.Bytes() / 4);

    /// <summary>Waits until there is room and takes it. The caller disposes the lease.</summary>
    /// <param name="use">What the bytes are for.</param>
    /// <param name="bytes">How many; none are granted at once.</param>
    /// <param name="what">The row group or file that needs them, for the message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InvalidInputException"><c>engine.memory_too_small</c>: they would not fit however long we waited.</exception>
    public async ValueTask<MemoryLease> LeaseAsync(MemoryUse use, long bytes, string what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfTooSmall(what, (use, bytes));

        Waiter waiter;
        lock (gate)
        {
            if (bytes == 0 || (waiting[(int)use].Count == 0 && HasRoom(use, bytes)))
                return Take(use, bytes);

            waiter = new Waiter(bytes);
            waiting[(int)use].AddLast(waiter.Place);
        }

        using (cancellationToken.Register(() => GiveUp(use, waiter, cancellationToken)))
            return await waiter.Task;
    }

    /// <summary>Refuses what can never be leased, naming the one need that asks for the largest budget.</summary>
    /// <exception cref="InvalidInputException"><c>engine.memory_too_small</c>, with the --memory that would do.</exception>
    public void ThrowIfTooSmall(string what, params ReadOnlySpan<(MemoryUse Use, long Bytes)> needs)
    {
        const double Mebibyte = 1024 * 1024;
        double neededMebibytes = 0;
        string reason = "";
        foreach ((MemoryUse use, long bytes) in needs)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(bytes);
            double mebibytes = Math.Ceiling(bytes / Mebibyte * Parts / ShareParts(use));
            if (CanLease(use, bytes) || mebibytes <= neededMebibytes)
                continue;

            (neededMebibytes, reason) = (mebibytes, $"{bytes:N0} bytes to {Verb(use)}");
        }

        if (neededMebibytes == 0)
            return;

        throw new InvalidInputException("engine.memory_too_small",
            $"{what} needs {reason}, more than that step's share of a memory budget of {Bytes:N0} bytes. " +
            $"Run again with --memory {neededMebibytes:F0}MiB or more.");
    }

    /// <summary>Whether so many bytes could be leased for a use, sooner or later.</summary>
    public bool CanLease(MemoryUse use, long bytes) => bytes <= Bytes / Parts * ShareParts(use);

    internal void Change(MemoryUse use, long bytes)
    {
        lock (gate)
        {
            held[(int)use] += bytes;
            peakBytes = Math.Max(peakBytes, held.Sum());
            if (bytes < 0)
                GrantWaiting();
        }
    }

    internal void Move(MemoryUse from, MemoryUse to, long bytes)
    {
        if (from > to)
            throw new ArgumentOutOfRangeException(nameof(from), from, "Bytes move down the flow, never up.");
        lock (gate)
        {
            held[(int)from] -= bytes;
            held[(int)to] += bytes;
            GrantWaiting();
        }
    }

    // What lies between a use's ceiling and the one before it; the last leaves room for what the target keeps back.
    private static int ShareParts(MemoryUse use) => use switch
    {
        MemoryUse.Open => CeilingParts[0],
        MemoryUse.Encode => CeilingParts[^1] - CeilingParts[^2] - 1,
        _ => CeilingParts[(int)use] - CeilingParts[(int)use - 1],
    };

    private static string Verb(MemoryUse use) => use switch
    {
        MemoryUse.Open => "be opened",
        MemoryUse.Fetch => "be fetched",
        MemoryUse.Decode => "be decoded",
        _ => "be encoded",
    };

    private bool HasRoom(MemoryUse use, long bytes)
    {
        long sum = bytes;
        for (int earlier = 0; earlier < (int)use; earlier++)
            sum += held[earlier];
        for (int later = (int)use; later < held.Length; later++)
        {
            sum += held[later];
            if (sum > Bytes / Parts * CeilingParts[later])
                return NothingWillBeGivenBack(use);
        }

        return true;
    }

    // Only a lease that grew beyond its estimate can bring this about: waiting would be for ever, so the share is granted on top of that debt.
    private bool NothingWillBeGivenBack(MemoryUse use) =>
        held.AsSpan()[(int)use..^1].IndexOfAnyExcept(0) < 0 && held[^1] <= KeepBackBytes;

    private MemoryLease Take(MemoryUse use, long bytes)
    {
        held[(int)use] += bytes;
        peakBytes = Math.Max(peakBytes, held.Sum());
        return new MemoryLease(this, use, bytes);
    }

    private void GrantWaiting()
    {
        // Those at the end of the flow first: what they get comes back soonest.
        for (int use = held.Length - 1; use >= 0; use--)
        {
            while (waiting[use].First is { } place && HasRoom((MemoryUse)use, place.Value.Bytes))
            {
                waiting[use].Remove(place);
                place.Value.SetResult(Take((MemoryUse)use, place.Value.Bytes));
            }
        }
    }

    private void GiveUp(MemoryUse use, Waiter waiter, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            // Granted in this very moment: the caller gets its lease and sees the token next time.
            if (waiter.Place.List is null)
                return;

            waiting[(int)use].Remove(waiter.Place);
            GrantWaiting();
        }

        waiter.SetCanceled(cancellationToken);
    }

    // Continuations run elsewhere: they would otherwise run under the gate.
    private sealed class Waiter : TaskCompletionSource<MemoryLease>
    {
        public Waiter(long bytes)
            : base(TaskCreationOptions.RunContinuationsAsynchronously) => (Bytes, Place) = (bytes, new LinkedListNode<Waiter>(this));

        public long Bytes { get; }

        public LinkedListNode<Waiter> Place { get; }
    }
}
