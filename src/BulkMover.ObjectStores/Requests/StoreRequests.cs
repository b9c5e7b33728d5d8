using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>
/// How all requests to a store are sent: no more at a time than it bears, again when a failure may pass, and reads a second time when the first
/// is unusually slow. One for a store; safe for concurrent use.
/// </summary>
/// <param name="limits">What the user allows.</param>
public sealed class StoreRequests(RequestLimits limits)
{
    /// <summary>As many as a store bears from anybody.</summary>
    private const int FirstOfPrefix = 32;

    /// <summary>A second request before this saves nothing that anybody would notice.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(200);

    /// <summary>How much later than usual a read is, when it is sent again.</summary>
    private const double Lateness = 1.5;

    /// <summary>Reads for each that may be sent twice: where all are slow, a second one would make them slower.</summary>
    private const int ReadsForASecond = 20;

    /// <summary>Second reads that may be under way after a long time without any: their memory is in nobody's budget.</summary>
    private const int SecondsAtOnce = 2;

    /// <summary>The failed request says it again: what was replaced stays so.</summary>
    private static readonly Retry Again = new() { Repeats = error => error.IsTransient && error.Code != StoreErrors.Replaced };

    /// <summary>A store that sends nothing for so long will not go on; longer than any that was only slow.</summary>
    internal static TimeSpan StallTimeout { get; } = TimeSpan.FromMinutes(1);

    /// <summary>For requests where the store has work to do before it answers: Amazon's own word for making an object of parts is "several minutes".</summary>
    internal static TimeSpan WorkTimeout { get; } = TimeSpan.FromMinutes(10);

    private readonly AdaptiveLimit all = new(limits.MaxRequests, limits.MaxRequests);
    private readonly ConcurrentDictionary<string, AdaptiveLimit> prefixes = new(StringComparer.Ordinal);
    private readonly Bandwidth? bandwidth = limits.BytesPerSecond is { } bytes ? new Bandwidth(bytes) : null;
    private readonly AnswerTimes times = new();
    private int reads;

    /// <summary>Sends a request that may be repeated.</summary>
    /// <exception cref="BulkMoverException">It failed, and again when that could help.</exception>
    internal Task<T> RunAsync<T>(Location location, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken) =>
        Again.RunAsync(stopping => OnceAsync(LimitOf(location), request, stopping), cancellationToken);

    /// <summary>Fills memory by a request that may be repeated, and sent twice at the same time into different memory.</summary>
    /// <inheritdoc cref="RunAsync"/>
    internal Task ReadAsync(Location location, Memory<byte> destination, Func<Memory<byte>, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        AdaptiveLimit limit = LimitOf(location);
        return Again.RunAsync(stopping => OnceAsync(limit, async token =>
        {
            await RaceAsync(limit, destination, read, token);
            return true;
        }, stopping), cancellationToken);
    }

    /// <summary>Reads a body of exactly that length, no faster than is allowed.</summary>
    /// <param name="body">The body.</param>
    /// <param name="destination">Is filled.</param>
    /// <param name="limit">Ends the request; set anew for each piece, so that what goes on is not taken for what hangs.</param>
    /// <exception cref="EndOfStreamException">It ends early.</exception>
    internal async Task FillAsync(Stream body, Memory<byte> destination, CancellationTokenSource limit)
    {
        while (destination.Length > 0)
        {
            limit.CancelAfter(StallTimeout);
            int read = await body.ReadAsync(destination, limit.Token);
            destination = destination[(read > 0 ? read : throw new EndOfStreamException("the answer ended early"))..];
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            await PaceAsync(read, limit.Token);
        }
    }

    /// <summary>The body of a request that sends bytes, when as many may be sent.</summary>
    /// <param name="bytes">All of them.</param>
    /// <param name="limit">Ends the request; set anew for each piece.</param>
    internal async ValueTask<Stream> BodyAsync(ReadOnlyMemory<byte> bytes, CancellationTokenSource limit)
    {
        limit.CancelAfter(Timeout.InfiniteTimeSpan);
        await PaceAsync(bytes.Length, limit.Token);
        limit.CancelAfter(StallTimeout);
        return new SentBody(bytes, limit);
    }

    /// <summary>To be called with the bytes that have come, or are to go.</summary>
    internal ValueTask PaceAsync(int bytes, CancellationToken cancellationToken) => bandwidth?.TakeAsync(bytes, cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Stores count by prefixes of the key, which they choose themselves: bucket and first directory are near enough.</summary>
    private AdaptiveLimit LimitOf(Location location)
    {
        int bucket = location.Path.IndexOf('/', StringComparison.Ordinal);
        int directory = bucket < 0 ? -1 : location.Path.IndexOf('/', bucket + 1);
        string prefix = bucket < 0 ? location.Path : location.Path[..(directory < 0 ? bucket : directory)];
        return prefixes.GetOrAdd(prefix, _ => new AdaptiveLimit(FirstOfPrefix, limits.MaxRequests));
    }

    private async Task<T> OnceAsync<T>(AdaptiveLimit limit, Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        long entered = await limit.EnterAsync(cancellationToken);
        bool wasRefused = false;
        try
        {
            long among = await all.EnterAsync(cancellationToken);
            try
            {
                return await request(cancellationToken);
            }
            finally
            {
                all.Leave(among, wasRefused: false);
            }
        }
        catch (BulkMoverException error) when (error.IsOverload)
        {
            wasRefused = true;
            throw;
        }
        finally
        {
            limit.Leave(entered, wasRefused);
        }
    }

    private async Task RaceAsync(AdaptiveLimit limit, Memory<byte> destination, Func<Memory<byte>, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        long begin = Stopwatch.GetTimestamp();
        if (Volatile.Read(ref reads) < SecondsAtOnce * ReadsForASecond)
            Interlocked.Increment(ref reads);
        using var stopFirst = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task first = read(destination, stopFirst.Token);
        bool isLate = times.Usual(destination.Length) is { } usual && await IsLateAsync(first, usual * Lateness, cancellationToken);
        if (!isLate || !TryTakeSecond() || !TryEnter(limit))
        {
            await first;
        }
        else
        {
            long entered = Stopwatch.GetTimestamp();
            try
            {
                await SecondAsync(first, stopFirst, destination, read, cancellationToken);
            }
            finally
            {
                all.Leave(entered, wasRefused: false);
                limit.Leave(entered, wasRefused: false);
            }
        }

        times.Add(destination.Length, Stopwatch.GetElapsedTime(begin));
    }

    /// <summary>Sends the request a second time; whichever comes first ends the other.</summary>
    private static async Task SecondAsync(
        Task first, CancellationTokenSource stopFirst, Memory<byte> destination, Func<Memory<byte>, CancellationToken, Task> read, CancellationToken cancellationToken)
    {
        byte[] memory = ArrayPool<byte>.Shared.Rent(destination.Length);
        using var stopSecond = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task second = read(memory.AsMemory(0, destination.Length), stopSecond.Token);
        if (await Task.WhenAny(first, second) == second && second.IsCompletedSuccessfully)
            await stopFirst.CancelAsync();
        // Nobody may write into the memory when it is somebody else's again.
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (first.IsCompletedSuccessfully)
            await stopSecond.CancelAsync();
        await second.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!first.IsCompletedSuccessfully && second.IsCompletedSuccessfully)
            memory.AsSpan(0, destination.Length).CopyTo(destination.Span);
        ArrayPool<byte>.Shared.Return(memory);
        if (!second.IsCompletedSuccessfully)
            await first;
    }

    private static async Task<bool> IsLateAsync(Task read, TimeSpan usual, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task late = Task.Delay(usual > ShortestWait ? usual : ShortestWait, stop.Token);
        bool isLate = await Task.WhenAny(read, late) != read;
        await stop.CancelAsync();
        return isLate;
    }

    private bool TryEnter(AdaptiveLimit limit)
    {
        if (!limit.TryEnter())
            return false;
        if (all.TryEnter())
            return true;
        limit.Leave(Stopwatch.GetTimestamp(), wasRefused: false);
        return false;
    }

    private bool TryTakeSecond()
    {
        int now = Volatile.Read(ref reads);
        return now >= ReadsForASecond && Interlocked.CompareExchange(ref reads, now - ReadsForASecond, now) == now;
    }
}
