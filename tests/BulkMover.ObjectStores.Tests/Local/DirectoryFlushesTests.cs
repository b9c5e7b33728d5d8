using System.Collections.Concurrent;
using BulkMover.ObjectStores.Local;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Local;

public sealed class DirectoryFlushesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Flush_ManyWaitForOneUnderWay_AnotherHoldsForAllOfThem()
    {
        using var gate = new SemaphoreSlim(0);
        var begun = new ConcurrentQueue<string>();
        var flushes = new DirectoryFlushes(directory =>
        {
            begun.Enqueue(directory);
            gate.Wait(Cancellation);
        });
        Task first = flushes.FlushAsync("/d");
        while (begun.IsEmpty)
            await Task.Delay(1, Cancellation);

        // Their names may have come too late for the flush that is under way.
        Task[] others = [.. Enumerable.Range(0, 5).Select(_ => flushes.FlushAsync("/d"))];
        await Task.Delay(100, Cancellation);
        Assert.Single(begun);
        gate.Release();
        await first;
        while (begun.Count < 2)
            await Task.Delay(1, Cancellation);
        Assert.DoesNotContain(others, other => other.IsCompleted);
        gate.Release();
        await Task.WhenAll(others);

        Assert.Equal(2, begun.Count);
    }

    [Fact]
    public async Task Flush_OtherDirectory_DoesNotWait()
    {
        using var gate = new SemaphoreSlim(0);
        var flushes = new DirectoryFlushes(directory =>
        {
            if (directory == "/slow")
                gate.Wait(Cancellation);
        });
        Task slow = flushes.FlushAsync("/slow");

        await flushes.FlushAsync("/other");

        Assert.False(slow.IsCompleted);
        gate.Release();
        await slow;
    }

    [Fact]
    public async Task Flush_Fails_IsThrownAndTriedAgainByTheNext()
    {
        int calls = 0;
        var flushes = new DirectoryFlushes(_ =>
        {
            if (++calls == 1)
                throw new IOException("no");
        });

        await Assert.ThrowsAsync<IOException>(() => flushes.FlushAsync("/d"));
        await flushes.FlushAsync("/d");
        Assert.Equal(2, calls);
    }
}
