using System.Collections.Concurrent;
using BulkMover.Engine.Flows;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Tests.Flows;

public sealed class FlowTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_TwoStages_EveryItemGoesThroughBoth()
    {
        using var flow = new Flow(Token);
        var arrived = new ConcurrentBag<int>();
        var meter = new StageMeter("last", 3);
        Stage<int> last = flow.AddStage<int>(meter, 0, async (item, _) =>
        {
            await Task.Yield();
            arrived.Add(item);
        });
        Stage<int> first = flow.AddStage<int>(new StageMeter("first", 2), 0, (item, _) => last.SendAsync(item * 2));

        await RunAsync(flow, first, 1000);

        Assert.Equal(Enumerable.Range(0, 1000).Select(item => item * 2), arrived.Order());
        Assert.Equal(1000, meter.Snapshot(TimeSpan.Zero, null).Items);
    }

    [Fact]
    public async Task Run_StageWithLanes_KeepsEachLanesOrderAndHandlesLanesAtTheSameTime()
    {
        using var flow = new Flow(Token);
        var arrived = new ConcurrentQueue<int>();
        var bothAreIn = new TaskCompletionSource();
        int inside = 0;
        Stage<int> last = flow.AddStage<int>(
            new StageMeter("last", 2), 1,
            async (item, _) =>
            {
                // The first two of different lanes meet; the odd lane is the slow one from then on.
                if (Interlocked.Increment(ref inside) == 2)
                    bothAreIn.SetResult();
                await bothAreIn.Task;
                await Task.Delay(item % 2, Token);
                arrived.Enqueue(item);
            },
            lane: item => item % 4);

        await RunAsync(flow, last, 200).WaitAsync(Patience, Token);

        // Lanes 0 and 2 share a worker, as do 1 and 3.
        foreach (int lane in (int[])[0, 1])
            Assert.Equal(Enumerable.Range(0, 100).Select(i => (2 * i) + lane), arrived.Where(item => item % 2 == lane));
    }

    [Fact]
    public async Task Send_StageIsFull_WaitsAndCountsIt()
    {
        using var flow = new Flow(Token);
        var goOn = new TaskCompletionSource();
        var last = new StageMeter("last", 2);
        var producer = new StageMeter("producer", 1);
        int sent = 0;
        Stage<int> stage = flow.AddStage<int>(last, 1, (_, _) => goOn.Task);
        Task running = flow.RunAsync(async _ =>
        {
            for (; sent < 10; sent++)
                await stage.SendAsync(sent);
        });

        while (producer.Snapshot(TimeSpan.Zero, last).BlockedOnNext == TimeSpan.Zero)
            await Task.Delay(1, Token);
        // Two in hand and one waiting.
        Assert.Equal(3, sent);

        goOn.SetResult();
        await running.WaitAsync(Patience, Token);
        Assert.Equal(10, sent);
    }

    [Fact]
    public async Task Run_NumberOfWorkersChanges_NeverMoreAreAtWorkAndAllOfThemAre()
    {
        using var flow = new Flow(Token);
        var meter = new StageMeter("stage", 2, 8);
        (int inside, int most, int sent) = (0, 0, 0);
        var arrived = new ConcurrentBag<int>();
        Stage<int> stage = flow.AddStage<int>(meter, 0, async (item, _) =>
        {
            int now = Interlocked.Increment(ref inside);
            most = Math.Max(most, now);
            arrived.Add(item);
            await Task.Delay(1, Token);
            Interlocked.Decrement(ref inside);
        });

        await flow.RunAsync(async _ =>
        {
            foreach (int workers in (int[])[2, 8, 3])
            {
                meter.SetWorkers(workers, TimeSpan.Zero);
                // Those that were let in before finish.
                while (meter.Snapshot(TimeSpan.Zero, null).Items < sent)
                    await Task.Delay(1, Token);
                most = 0;
                for (int item = 0; item < 200; item++, sent++)
                    await stage.SendAsync(item);
                Assert.Equal(workers, most);
            }
        }).WaitAsync(Patience, Token);

        Assert.Equal(600, arrived.Count);
    }

    [Fact]
    public async Task Run_BodyFailsWhileItsQueueIsFull_DisposesEveryItemItHadNotHandled()
    {
        using var flow = new Flow(Token);
        var items = new ConcurrentBag<Item>();
        var failure = new IOException("The disk is full.");
        Stage<Item> last = flow.AddStage<Item>(new StageMeter("last", 1), 4, async (item, _) =>
        {
            using (item)
            {
                await Task.Yield();
                if (item.Number == 20)
                    throw failure;
            }
        });
        Stage<Item> first = flow.AddStage<Item>(new StageMeter("first", 4), 4, (item, _) => last.SendAsync(item));

        Task running = flow.RunAsync(async _ =>
        {
            for (int number = 0; number < 1000; number++)
            {
                var item = new Item(number);
                items.Add(item);
                await first.SendAsync(item);
            }
        });

        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Patience, Token)));
        Assert.InRange(items.Count, 21, 999);
        Assert.All(items, item => Assert.Equal(1, item.Disposals));
    }

    [Fact]
    public async Task Run_ProducerFails_ItemsOnTheirWayAreDisposedAndItsFailureIsThrown()
    {
        using var flow = new Flow(Token);
        Item[] items = [.. Enumerable.Range(0, 5).Select(number => new Item(number))];
        var failure = new IOException("No more.");
        Stage<Item> stage = flow.AddStage<Item>(new StageMeter("stage", 1), 10, async (item, stopping) =>
        {
            using (item)
                await Task.Delay(Timeout.Infinite, stopping);
        });

        Task running = flow.RunAsync(async _ =>
        {
            foreach (Item item in items)
                await stage.SendAsync(item);
            throw failure;
        });

        Assert.Same(failure, await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Patience, Token)));
        Assert.All(items, item => Assert.Equal(1, item.Disposals));
    }

    [Fact]
    public async Task Run_UserCancelled_ThrowsTheUsersCancellationEvenWhenBodiesFailedBecauseOfIt()
    {
        using var user = new CancellationTokenSource();
        using var flow = new Flow(user.Token);
        Stage<int> stage = flow.AddStage<int>(new StageMeter("stage", 2), 0, async (item, stopping) =>
        {
            if (item == 5)
                await user.CancelAsync();
            if (stopping.IsCancellationRequested)
                throw new IOException("The socket was closed.");
        });

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync(flow, stage, 100));

        Assert.Equal(user.Token, error.CancellationToken);
    }

    [Fact]
    public async Task Run_ItemFailsToBeDisposed_IsAFailureToo()
    {
        using var flow = new Flow(Token);
        Stage<Item> stage = flow.AddStage<Item>(new StageMeter("stage", 1), 10, (item, _) => throw new IOException($"First, at {item.Number}."));

        Task running = flow.RunAsync(async _ =>
        {
            for (int number = 0; number < 5; number++)
                await stage.SendAsync(new Item(number) { FailsToBeDisposed = true });
        });

        Assert.Equal("First, at 0.", (await Assert.ThrowsAsync<IOException>(() => running.WaitAsync(Patience, Token))).Message);
    }

    [Fact]
    public async Task Run_CallbackOnTheTokenFails_TheFirstFailureIsStillTheOneThrown()
    {
        using var flow = new Flow(Token);
        var first = new IOException("First.");
        Stage<int> stage = flow.AddStage<int>(new StageMeter("stage", 1), 0, (_, stopping) =>
        {
            stopping.Register(() => throw new InvalidOperationException("A connection that does not like to be aborted."));
            throw first;
        });

        Assert.Same(first, await Assert.ThrowsAsync<IOException>(() => RunAsync(flow, stage, 10)));
    }

    [Fact]
    public async Task Send_StageIsComplete_IsRefusedAndTheItemDisposed()
    {
        using var flow = new Flow(Token);
        Stage<Item> stage = flow.AddStage<Item>(new StageMeter("stage", 1), 0, (_, _) => Task.CompletedTask);
        await flow.RunAsync(_ => Task.CompletedTask);
        var item = new Item(1);

        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.SendAsync(item));

        Assert.Equal(1, item.Disposals);
    }

    private static Task RunAsync(Flow flow, Stage<int> first, int items) => flow.RunAsync(async _ =>
    {
        for (int item = 0; item < items; item++)
            await first.SendAsync(item);
    }).WaitAsync(Patience, CancellationToken.None);

    private sealed class Item(int number) : IDisposable
    {
        private int disposals;

        public int Number => number;

        public int Disposals => disposals;

        public bool FailsToBeDisposed { get; init; }

        public void Dispose()
        {
            Interlocked.Increment(ref disposals);
            if (FailsToBeDisposed)
                throw new InvalidOperationException("Cannot be disposed.");
        }
    }
}
