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
        Task first = Task.Factory.StartNew(() => flushes.Flush("/d"), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        while (begun.IsEmpty)
            await Task.Delay(1, Cancellation);

        // Their names may have come too late for the flush that is under way.
        Task[] others = [.. Enumerable.Range(0, 5).Select(_ => Task.Factory.StartNew(() => flushes.Flush("/d"), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        await Task.Delay(100, Cancellation);
        Assert.Single(begun);
        gate.Release();
        await first;
        while (begun.Count < 2)
            await Task.Delay(1, Cancellation);
        Assert.DoesNotContain(others, other => other.IsCompleted);
        gate.Release(5);
        await Task.WhenAll(others);

        // More than one only if some had not yet asked when it began.
        Assert.InRange(begun.Count, 2, 4);
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
        Task slow = Task.Factory.StartNew(() => flushes.Flush("/slow"), Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        flushes.Flush("/other");

        Assert.False(slow.IsCompleted);
        gate.Release();
        await slow;
    }

    [Fact]
    public void Flush_Fails_IsThrownAndTriedAgainByTheNext()
    {
        int calls = 0;
        var flushes = new DirectoryFlushes(_ =>
        {
            if (++calls == 1)
                throw new IOException("no");
        });

        Assert.Throws<IOException>(() => flushes.Flush("/d"));
        flushes.Flush("/d");
        Assert.Equal(2, calls);
    }
}
