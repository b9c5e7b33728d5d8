using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class FetchAheadTests
{
    private readonly FetchAhead ahead = new(new StageMeter("decode", 2));

    [Fact]
    public async Task Enter_ARowGroupWasFetchedInNoTime_WaitsUntilADecoderIsFree()
    {
        IDisposable first = await ahead.EnterAsync(), second = await ahead.EnterAsync();
        ahead.Fetched(50_000_000, TimeSpan.FromSeconds(0.1));

        Task<IDisposable> third = ahead.EnterAsync();
        Assert.False(third.IsCompleted);
        first.Dispose();
        first.Dispose();
        (await third.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken)).Dispose();
        second.Dispose();
    }

    [Theory]
    [InlineData(0.3, true)]
    [InlineData(0.2, false)]
    public async Task Enter_FetchingTakesMoreThanAQuarterOfDecoding_DoesNotWait(double seconds, bool isAhead)
    {
        for (int i = 0; i < 2; i++)
            await ahead.EnterAsync();
        ahead.Decoded(1000, TimeSpan.FromSeconds(1));
        ahead.Fetched(1000, TimeSpan.FromSeconds(seconds));

        Assert.Equal(isAhead, ahead.EnterAsync().IsCompleted);
    }
}
