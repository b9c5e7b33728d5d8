using BulkMover.ObjectStores.Requests;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Requests;

public sealed class AdaptiveLimitTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leave_RefusedOnes_HalveTheLimitOnceForAllThatWereUnderWay()
    {
        var limit = new AdaptiveLimit(8, 8);
        long[] entered = [await limit.EnterAsync(Stopping), await limit.EnterAsync(Stopping), await limit.EnterAsync(Stopping)];

        foreach (long one in entered)
            limit.Leave(one, wasRefused: true);
        Assert.Equal(4, limit.Limit);

        limit.Leave(await limit.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(2, limit.Limit);
        for (int i = 0; i < 10; i++)
            limit.Leave(await limit.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(1, limit.Limit);
    }

    [Fact]
    public async Task Leave_FullLimitAndNoneRefused_GrowsToTheMostAndNoFurther()
    {
        var limit = new AdaptiveLimit(4, 4);
        for (int i = 0; i < 3; i++)
            limit.Leave(await limit.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(1, limit.Limit);

        for (int round = 0; round < 100; round++)
        {
            long[] full = new long[limit.Limit];
            for (int i = 0; i < full.Length; i++)
                full[i] = await limit.EnterAsync(Stopping);
            foreach (long one in full)
                limit.Leave(one, wasRefused: false);
        }

        Assert.Equal(4, limit.Limit);
    }

    [Fact]
    public async Task EnterAsync_Full_WaitsAndGoesInInOrderWhoeverGivesUp()
    {
        var limit = new AdaptiveLimit(1, 1);
        long first = await limit.EnterAsync(Stopping);
        using var impatient = new CancellationTokenSource();
        Task<long> givesUp = limit.EnterAsync(impatient.Token).AsTask();
        Task<long> second = limit.EnterAsync(Stopping).AsTask(), third = limit.EnterAsync(Stopping).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.False(limit.TryEnter());
        limit.Leave(first, wasRefused: false);
        limit.Leave(await second, wasRefused: false);
        limit.Leave(await third, wasRefused: false);

        Assert.True(limit.TryEnter());
        Assert.False(limit.TryEnter());
    }
}
