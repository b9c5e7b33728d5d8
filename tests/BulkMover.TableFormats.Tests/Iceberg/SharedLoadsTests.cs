using BulkMover.TableFormats.Iceberg.Deletes;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class SharedLoadsTests
{
    private readonly SharedLoads<string, string> shared = new(limitBytes: 10);
    private int loads;

    [Fact]
    public async Task Get_ManyAtATime_LoadsOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => GetAsync("a", 1)));

        Assert.Equal((1, true), (loads, shared.IsLoaded("a")));
    }

    [Fact]
    public async Task Get_AfterAFailure_LoadsAgain()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            shared.GetAsync("a", 1, _ => throw new InvalidOperationException(), TestContext.Current.CancellationToken));
        Assert.False(shared.IsLoaded("a"));

        Assert.Equal("a", await GetAsync("a", 1));
    }

    [Fact]
    public async Task Get_MoreThanTheLimit_LetsTheOldestGo()
    {
        await GetAsync("a", 6);
        await GetAsync("b", 4);
        await GetAsync("a", 6);
        await GetAsync("c", 4);

        Assert.Equal((true, false, true), (shared.IsLoaded("a"), shared.IsLoaded("b"), shared.IsLoaded("c")));
    }

    private Task<string> GetAsync(string key, long bytes) => shared.GetAsync(
        key, bytes,
        async token =>
        {
            Interlocked.Increment(ref loads);
            await Task.Delay(20, token);
            return key;
        },
        TestContext.Current.CancellationToken);
}
