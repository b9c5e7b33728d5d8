using BulkMover.Core.Errors;
using BulkMover.Engine.Memory;

namespace BulkMover.Engine.Tests.Memory;

public sealed class MemoryBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(MemoryUse.Open, 200)]
    [InlineData(MemoryUse.Fetch, 800)]
    [InlineData(MemoryUse.Decode, 1200)]
    [InlineData(MemoryUse.Encode, 1600)]
    public async Task Lease_CeilingIsReached_WaitsUntilBytesComeBack(MemoryUse use, long ceiling)
    {
        var budget = new MemoryBudget(1600);
        List<MemoryLease> leases = [];
        for (long bytes = 0; bytes < ceiling; bytes += 100)
            leases.Add(await budget.LeaseAsync(use, 100, "row group", Token));

        Task<MemoryLease> waiting = budget.LeaseAsync(use, 100, "row group", Token).AsTask();
        Assert.False(waiting.IsCompleted);
        Assert.Equal(ceiling, budget.LeasedBytes);

        leases[0].Dispose();
        leases[0] = await waiting;
        Assert.Equal(ceiling, budget.LeasedBytes);

        leases.ForEach(lease => lease.Dispose());
        Assert.Equal(0, budget.LeasedBytes);
        Assert.Equal(ceiling, budget.PeakBytes);
    }

    [Fact]
    public async Task Lease_EarlierUsesAreFull_LaterOnesStillHaveTheirShare()
    {
        var budget = new MemoryBudget(1600);
        await FillAsync(budget, MemoryUse.Open, 200);
        await FillAsync(budget, MemoryUse.Fetch, 600);
        await FillAsync(budget, MemoryUse.Decode, 400);
        await FillAsync(budget, MemoryUse.Encode, 400);

        Assert.Equal(1600, budget.LeasedBytes);
    }

    [Fact]
    public async Task Lease_LaterUseFillsTheBudget_EarlierOneWaits()
    {
        var budget = new MemoryBudget(1600);
        List<MemoryLease> leases = [];
        for (int i = 0; i < 16; i++)
            leases.Add(await budget.LeaseAsync(MemoryUse.Encode, 100, "batch", Token));

        Task<MemoryLease> waiting = budget.LeaseAsync(MemoryUse.Open, 100, "file", Token).AsTask();
        Assert.False(waiting.IsCompleted);

        leases[0].Dispose();
        (await waiting).Dispose();
    }

    [Fact]
    public async Task Lease_SmallRequestBehindLargeOne_WaitsItsTurn()
    {
        var budget = new MemoryBudget(1600);
        MemoryLease first = await budget.LeaseAsync(MemoryUse.Fetch, 500, "first", Token);
        Task<MemoryLease> large = budget.LeaseAsync(MemoryUse.Fetch, 600, "large", Token).AsTask();
        Task<MemoryLease> small = budget.LeaseAsync(MemoryUse.Fetch, 100, "small", Token).AsTask();
        Assert.False(large.IsCompleted);
        Assert.False(small.IsCompleted);

        first.Dispose();
        Assert.Equal(600, (await large).Bytes);
        Assert.Equal(100, (await small).Bytes);
    }

    [Fact]
    public async Task Lease_LargeRequestGivesUp_TheOneBehindItIsServed()
    {
        var budget = new MemoryBudget(1600);
        using var gaveUp = new CancellationTokenSource();
        using MemoryLease first = await budget.LeaseAsync(MemoryUse.Fetch, 500, "first", Token);
        Task<MemoryLease> large = budget.LeaseAsync(MemoryUse.Fetch, 600, "large", gaveUp.Token).AsTask();
        Task<MemoryLease> small = budget.LeaseAsync(MemoryUse.Fetch, 100, "small", Token).AsTask();

        await gaveUp.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        Assert.Equal(gaveUp.Token, error.CancellationToken);
        Assert.Equal(100, (await small).Bytes);
        Assert.Equal(600, budget.LeasedBytes);
    }

    [Fact]
    public async Task Lease_NothingIsAskedFor_NeverWaits()
    {
        var budget = new MemoryBudget(1600);
        using MemoryLease first = await budget.LeaseAsync(MemoryUse.Fetch, 500, "first", Token);
        Task<MemoryLease> large = budget.LeaseAsync(MemoryUse.Fetch, 600, "large", Token).AsTask();

        Assert.Equal(0, (await budget.LeaseAsync(MemoryUse.Fetch, 0, "nothing", Token)).Bytes);
        Assert.False(large.IsCompleted);
    }

    [Theory]
    [InlineData(MemoryUse.Open, 2)]
    [InlineData(MemoryUse.Fetch, 6)]
    [InlineData(MemoryUse.Decode, 4)]
    [InlineData(MemoryUse.Encode, 3)]
    public async Task Lease_MoreThanTheShare_IsRefusedWithTheMemoryThatWouldDo(MemoryUse use, int sixteenths)
    {
        const long Mebibyte = 1024 * 1024;
        var budget = new MemoryBudget(16 * Mebibyte);
        long share = sixteenths * Mebibyte;

        (await budget.LeaseAsync(use, share, "Row group 7", Token)).Dispose();
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => budget.LeaseAsync(use, share + 1, "Row group 7", Token).AsTask());

        Assert.Equal("engine.memory_too_small", error.Code);
        Assert.StartsWith($"Row group 7 needs {share + 1:N0} bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("--memory 17MiB", error.Message, StringComparison.Ordinal);
        (await new MemoryBudget(17 * Mebibyte).LeaseAsync(use, share + 1, "Row group 7", Token)).Dispose();
    }

    [Fact]
    public void Budget_IsNotAboveZero_IsRefused() =>
        Assert.Equal("engine.memory_invalid", Assert.Throws<InvalidInputException>(() => new MemoryBudget(0)).Code);

    [Fact]
    public void DefaultBytes_ThisMachine_IsAtLeast256MiBAndNoMoreThanAQuarterOfIt()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Memory is read from /proc/meminfo.");
        const long Least = 256L << 20;
        string total = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        long quarter = long.Parse(total.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024 / 4;

        Assert.InRange(MemoryBudget.DefaultBytes(), Least, Math.Max(Least, quarter));
    }

    [Fact]
    public async Task Resize_Shrinks_ServesWhoWaits()
    {
        var budget = new MemoryBudget(1600);
        using MemoryLease lease = await budget.LeaseAsync(MemoryUse.Fetch, 600, "first", Token);
        Task<MemoryLease> waiting = budget.LeaseAsync(MemoryUse.Fetch, 300, "second", Token).AsTask();
        Assert.False(waiting.IsCompleted);

        lease.Resize(500);

        Assert.Equal(300, (await waiting).Bytes);
        Assert.Equal(800, budget.LeasedBytes);
    }

    [Fact]
    public async Task Resize_GrowsBeyondTheBudget_IsCountedAndHoldsOthersUp()
    {
        var budget = new MemoryBudget(1600);
        MemoryLease first = await budget.LeaseAsync(MemoryUse.Encode, 100, "first", Token);
        MemoryLease second = await budget.LeaseAsync(MemoryUse.Encode, 100, "second", Token);
        first.Resize(2000);
        Assert.Equal(2100, budget.PeakBytes);
        Task<MemoryLease> waiting = budget.LeaseAsync(MemoryUse.Encode, 300, "third", Token).AsTask();
        second.Dispose();
        Assert.False(waiting.IsCompleted);

        first.Dispose();

        Assert.Equal(300, (await waiting).Bytes);
        Assert.Equal(300, budget.LeasedBytes);
    }

    [Fact]
    public async Task Lease_EarlierUseHasOverdrawnAndWaitsForThisOne_IsGranted()
    {
        var budget = new MemoryBudget(1600);
        MemoryLease opened = await budget.LeaseAsync(MemoryUse.Open, 100, "file", Token);
        opened.Resize(700);

        MemoryLease fetched = await budget.LeaseAsync(MemoryUse.Fetch, 600, "row group of the file", Token);

        Assert.Equal(1300, budget.LeasedBytes);
        fetched.Dispose();
        opened.Dispose();
        Assert.Equal(0, budget.LeasedBytes);
    }

    [Fact]
    public async Task Split_PartsAreDisposedApart_EachGivesBackItsOwn()
    {
        var budget = new MemoryBudget(1600);
        MemoryLease whole = await budget.LeaseAsync(MemoryUse.Encode, 300, "batch", Token);

        MemoryLease part = whole.Split(120);
        Assert.Equal((120, 180), (part.Bytes, whole.Bytes));
        Assert.Equal(300, budget.LeasedBytes);

        whole.Dispose();
        Assert.Equal(120, budget.LeasedBytes);
        part.Dispose();
        part.Dispose();
        Assert.Equal(0, budget.LeasedBytes);
    }

    [Fact]
    public async Task Split_MoreThanThereIs_TakesTheRestOnTop()
    {
        var budget = new MemoryBudget(1600);
        using MemoryLease whole = await budget.LeaseAsync(MemoryUse.Encode, 100, "batch", Token);

        using MemoryLease part = whole.Split(150);

        Assert.Equal((150, 0), (part.Bytes, whole.Bytes));
        Assert.Equal(150, budget.LeasedBytes);
    }

    [Fact]
    public async Task TakeOver_LeaseOfAnEarlierUse_FreesThatUsesCeiling()
    {
        var budget = new MemoryBudget(1600);
        MemoryLease opened = await budget.LeaseAsync(MemoryUse.Open, 200, "file", Token);
        Task<MemoryLease> waiting = budget.LeaseAsync(MemoryUse.Open, 200, "next file", Token).AsTask();
        Assert.False(waiting.IsCompleted);
        MemoryLease fetched = await budget.LeaseAsync(MemoryUse.Fetch, 300, "row group", Token);

        fetched.TakeOver(opened);

        Assert.Equal((500, 0), (fetched.Bytes, opened.Bytes));
        Assert.Equal(200, (await waiting).Bytes);
        opened.Dispose();
        Assert.Equal(700, budget.LeasedBytes);
        Assert.Throws<ArgumentOutOfRangeException>(() => waiting.Result.TakeOver(fetched));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Lease_ManyWorkersAtOnce_NeverExceedsAndNobodyStarves(int seed)
    {
        var budget = new MemoryBudget(1600);
        int served = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + worker);
            for (int round = 0; round < 300; round++)
            {
                // Every worker holds what earlier uses gave it while it waits for the next, as items on their way do.
                using MemoryLease opened = await budget.LeaseAsync(MemoryUse.Open, random.Next(201), "file", Token);
                using MemoryLease fetched = await budget.LeaseAsync(MemoryUse.Fetch, random.Next(601), "row group", Token);
                Assert.InRange(budget.LeasedBytes, 0, 1600);
                using MemoryLease decoded = await budget.LeaseAsync(MemoryUse.Decode, random.Next(401), "row group", Token);
                await Task.Yield();
                using MemoryLease encoded = await budget.LeaseAsync(MemoryUse.Encode, random.Next(301), "batch", Token);
                encoded.Resize(encoded.Bytes / 2);
                Interlocked.Increment(ref served);
            }
        }, Token))).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Assert.Equal(16 * 300, served);
        Assert.InRange(budget.PeakBytes, 800, 1600);
        Assert.Equal(0, budget.LeasedBytes);
    }

    [Fact]
    public async Task Lease_WaitersGiveUpWhileBytesComeBack_NoByteIsLost()
    {
        var budget = new MemoryBudget(1600);
        for (int round = 0; round < 500; round++)
        {
            using var gaveUp = new CancellationTokenSource();
            MemoryLease first = await budget.LeaseAsync(MemoryUse.Fetch, 600, "first", Token);
            Task<MemoryLease>[] waiting = [.. Enumerable.Range(0, 4).Select(_ => budget.LeaseAsync(MemoryUse.Fetch, 500, "next", gaveUp.Token).AsTask())];
            await Task.WhenAll(Task.Run(first.Dispose, Token), Task.Run(gaveUp.Cancel, Token));

            foreach (Task<MemoryLease> waiter in waiting)
            {
                await waiter.ContinueWith(ended => ended.IsCompletedSuccessfully ? ended.Result.Bytes : 0, TaskScheduler.Default).WaitAsync(TimeSpan.FromSeconds(10), Token);
                if (waiter.IsCompletedSuccessfully)
                    (await waiter).Dispose();
            }

            Assert.Equal(0, budget.LeasedBytes);
        }
    }

    private static async Task FillAsync(MemoryBudget budget, MemoryUse use, long bytes)
    {
        for (long filled = 0; filled < bytes; filled += 100)
            await budget.LeaseAsync(use, 100, "row group", Token).AsTask().WaitAsync(TimeSpan.FromSeconds(10), Token);
    }
}
