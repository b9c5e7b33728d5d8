using BulkMover.ObjectStores.Requests;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Requests;

public sealed class AdaptiveGateTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Leave_RefusedOnes_HalveTheLimitOnceForAllThatWereUnderWay()
    {
        var gate = new AdaptiveGate(8, 8);
        long[] entered = [await gate.EnterAsync(Stopping), await gate.EnterAsync(Stopping), await gate.EnterAsync(Stopping)];

        foreach (long one in entered)
            gate.Leave(one, wasRefused: true);
        Assert.Equal(4, gate.Limit);

        gate.Leave(await gate.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(2, gate.Limit);
        for (int i = 0; i < 10; i++)
            gate.Leave(await gate.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(1, gate.Limit);
    }

    [Fact]
    public async Task Leave_FullGateAndNoneRefused_GrowsToTheMostAndNoFurther()
    {
        var gate = new AdaptiveGate(4, 4);
        for (int i = 0; i < 3; i++)
            gate.Leave(await gate.EnterAsync(Stopping), wasRefused: true);
        Assert.Equal(1, gate.Limit);

        for (int round = 0; round < 100; round++)
        {
            long[] full = new long[gate.Limit];
            for (int i = 0; i < full.Length; i++)
                full[i] = await gate.EnterAsync(Stopping);
            foreach (long one in full)
                gate.Leave(one, wasRefused: false);
        }

        Assert.Equal(4, gate.Limit);
    }

    [Fact]
    public async Task EnterAsync_Full_WaitsAndGoesInInOrderWhoeverGivesUp()
    {
        var gate = new AdaptiveGate(1, 1);
        long first = await gate.EnterAsync(Stopping);
        using var impatient = new CancellationTokenSource();
        Task<long> givesUp = gate.EnterAsync(impatient.Token).AsTask();
        Task<long> second = gate.EnterAsync(Stopping).AsTask(), third = gate.EnterAsync(Stopping).AsTask();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givesUp);
        Assert.False(gate.TryEnter());
        gate.Leave(first, wasRefused: false);
        gate.Leave(await second, wasRefused: false);
        gate.Leave(await third, wasRefused: false);

        Assert.True(gate.TryEnter());
        Assert.False(gate.TryEnter());
    }
}
