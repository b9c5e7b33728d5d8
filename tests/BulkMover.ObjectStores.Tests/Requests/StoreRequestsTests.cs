using System.Diagnostics;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Requests;

public sealed class StoreRequestsTests
{
    private static readonly Location Object = new("s3", "bucket/table/key");

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RunAsync_MoreThanTheUserAllows_NeverRunTogether()
    {
        var requests = new StoreRequests(new RequestLimits(MaxRequests: 3));
        (int now, int most) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => requests.RunAsync(new Location("s3", $"bucket/{i % 5}/key"), async token =>
        {
            int inside = Interlocked.Increment(ref now);
            InterlockedMax(ref most, inside);
            await Task.Delay(1, token);
            return Interlocked.Decrement(ref now);
        }, Stopping)));

        Assert.InRange(most, 1, 3);
    }

    [Fact]
    public async Task RunAsync_ObjectThatWasReplaced_IsNotAskedForAgain()
    {
        int asked = 0;

        await Assert.ThrowsAsync<EnvironmentException>(() => new StoreRequests(new RequestLimits()).RunAsync<int>(Object, _ =>
        {
            asked++;
            throw new EnvironmentException("store.object_changed", "It was replaced.") { IsTransient = true };
        }, Stopping));

        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task ReadAsync_FirstRequestHangs_TheSecondFillsTheMemoryAndTheFirstHasEnded()
    {
        var requests = new StoreRequests(new RequestLimits());
        await LearnAsync(requests);
        byte[] memory = new byte[100];
        (int asked, bool hasEnded) = (0, false);

        await requests.ReadAsync(Object, memory, async (destination, token) =>
        {
            if (Interlocked.Increment(ref asked) > 1)
            {
                destination.Span.Fill(2);
                return;
            }

            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                // A late packet of the loser.
                destination.Span.Fill(1);
                hasEnded = true;
                throw;
            }
        }, Stopping);

        Assert.Equal((2, true), (asked, hasEnded));
        Assert.All(memory, value => Assert.Equal(2, value));
    }

    [Fact]
    public async Task ReadAsync_SecondRequestFails_TheFirstCounts()
    {
        var requests = new StoreRequests(new RequestLimits());
        await LearnAsync(requests);
        byte[] memory = new byte[100];
        var secondFailed = new TaskCompletionSource();
        int asked = 0;

        await requests.ReadAsync(Object, memory, async (destination, _) =>
        {
            if (Interlocked.Increment(ref asked) > 1)
            {
                secondFailed.SetResult();
                throw new EnvironmentException("store.failed", "No.") { IsTransient = true };
            }

            await secondFailed.Task;
            destination.Span.Fill(1);
        }, Stopping);

        Assert.Equal(2, asked);
        Assert.All(memory, value => Assert.Equal(1, value));
    }

    [Fact]
    public async Task ReadAsync_AllAreSlow_NoMoreThanATwentiethIsSentTwice()
    {
        var requests = new StoreRequests(new RequestLimits());
        await LearnAsync(requests);
        int asked = 0;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => requests.ReadAsync(Object, new byte[100], async (_, token) =>
        {
            Interlocked.Increment(ref asked);
            await Task.Delay(TimeSpan.FromSeconds(1), token);
        }, Stopping)));

        // 20 reads before and these 20 allow two.
        Assert.InRange(asked, 20, 22);
    }

    [Fact]
    public async Task PaceAsync_ManyAtATime_TakeTheTimeThatTheirBytesNeed()
    {
        var requests = new StoreRequests(new RequestLimits(BytesPerSecond: 1_000_000));
        long begin = Stopwatch.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => requests.PaceAsync(100_000, Stopping).AsTask()));

        // A million bytes in a second, but for what may come at once. How much longer it takes is the machine's matter.
        Assert.True(Stopwatch.GetElapsedTime(begin) > TimeSpan.FromMilliseconds(850));
    }

    /// <summary>Reads that are answered at once.</summary>
    private static async Task LearnAsync(StoreRequests requests)
    {
        for (int i = 0; i < 20; i++)
            await requests.ReadAsync(Object, new byte[100], (_, _) => Task.CompletedTask, Stopping);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = most; value > seen; seen = most)
            Interlocked.CompareExchange(ref most, value, seen);
    }
}
