using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Listings;

public sealed class ParallelListingTests
{
    private static readonly string[] Odd = ["a", "a!", "a-b", "a.b", "a0", "A", "é", "\uE000", "\uFFFD", "🚚", "year=2020", "year=2020_$folder$", "_x", "zz"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void KeyOrder_AnyKeys_IsThatOfTheirUtf8()
    {
        string[] keys = [.. Odd, .. Odd.SelectMany(one => Odd.Select(other => one + other)), "", "a🚚", "a\uE000", "a\uD7FF", "😀", "𐀀"];

        Assert.All(keys, one => Assert.All(keys, other => Assert.Equal(Math.Sign(KeyListing.ByUtf8.Compare(one, other)), Math.Sign(KeyOrder.Instance.Compare(one, other)))));
    }

    /// <summary>Whatever the sizes are and however the store answers: what one page after another would give, or the same in another order where the store has another.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task ListAsync_AnyTree_GivesEachKeyOnceInOrder(bool startsAnywhere, bool ignoresAfter)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            string[] keys = Tree(new Random(seed));
            var store = new KeyListing(keys, KeyListing.ByUtf8) { StartsAnywhere = startsAnywhere, IgnoresAfter = ignoresAfter, PageKeys = 1 + (seed % 17) };

            Assert.Equal(keys.Where(key => key.StartsWith("t/", StringComparison.Ordinal) && !key.EndsWith('/')).Order(KeyListing.ByUtf8), await ListAsync(store));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListAsync_StoreInTheOrderOfATree_GivesEachKeyOnce(bool startsAnywhere)
    {
        for (int seed = 0; seed < 200; seed++)
        {
            string[] keys = Tree(new Random(seed));
            var store = new KeyListing(keys, KeyListing.ByDirectory) { StartsAnywhere = startsAnywhere, IgnoresAfter = true, PageKeys = 1 + (seed % 17) };

            Assert.Equal(keys.Where(key => key.StartsWith("t/", StringComparison.Ordinal) && !key.EndsWith('/')).Order(KeyListing.ByUtf8), (await ListAsync(store)).Order(KeyListing.ByUtf8));
        }
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public async Task ListAsync_OnePage_IsOneRequest(int objects)
    {
        var store = new KeyListing(Enumerable.Range(0, objects).Select(i => $"t/p={i % 10}/{i:D4}"), KeyListing.ByUtf8);

        Assert.Equal(objects, (await ListAsync(store)).Count);
        Assert.Equal(1, store.Requests);
    }

    [Fact]
    public async Task ListAsync_OnlyTheFirst_IsOneRequest()
    {
        var store = new KeyListing(Enumerable.Range(0, 5000).Select(i => $"t/{i:D4}"), KeyListing.ByUtf8);

        await foreach (StoredObject _ in ParallelListing.ListAsync(store, "t/", Cancellation))
            break;

        Assert.Equal(1, store.Requests);
    }

    /// <summary>One page after another it would be as many requests as the objects have thousands.</summary>
    [Theory]
    [InlineData(200, 100, 2)]
    [InlineData(30_000, 3, 2)]
    [InlineData(10, 9_000, 2)]
    public async Task ListAsync_ManyObjects_AsksSeveralTimesAtOnceAndNotMuchMore(int directories, int each, double more)
    {
        string[] keys = [.. Enumerable.Range(0, directories).SelectMany(d => Enumerable.Range(0, each).Select(i => $"t/p={d:D6}/{i:D6}"))];
        var store = new KeyListing(keys, KeyListing.ByUtf8);

        Assert.Equal(keys, await ListAsync(store));
        Assert.InRange(store.MostAtOnce, 4, 8);
        Assert.InRange(store.Requests, 1, keys.Length / 1000 * more);
    }

    [Fact]
    public async Task ListAsync_OneDirectoryHasNearlyAll_IsDividedBelow()
    {
        string[] keys = [.. Enumerable.Range(0, 500).SelectMany(d => Enumerable.Range(0, 200).Select(i => $"t/p=1/q=2/r={d:D3}/{i:D3}")), "t/p=2/q=2/r=1/1", "t/p=3"];
        var store = new KeyListing(keys, KeyListing.ByUtf8);

        Assert.Equal(keys, await ListAsync(store));
        Assert.Equal(8, store.MostAtOnce);
        Assert.InRange(store.Requests, 100, 160);
    }

    [Fact]
    public async Task ListAsync_SmallDirectoriesWhereNoneCanShareARequest_IsOnePageAfterAnother()
    {
        var store = new KeyListing(Enumerable.Range(0, 20_000).Select(i => $"t/p={i / 20:D4}/{i:D5}"), KeyListing.ByUtf8) { StartsAnywhere = false };

        Assert.Equal(20_000, (await ListAsync(store)).Count);
        Assert.Equal(20, store.Requests);
    }

    [Fact]
    public async Task ListAsync_CallerReadsSlowly_HoldsFewPages()
    {
        const int MostHeld = 64_000;
        var store = new KeyListing(Enumerable.Range(0, 300_000).Select(i => $"t/p={i / 100:D4}/{i:D6}"), KeyListing.ByUtf8) { PageKeys = 50 };
        int read = 0;

        await foreach (StoredObject _ in ParallelListing.ListAsync(store, "t/", Cancellation))
        {
            // However late the first of them comes: a page that is shared is filled to half at least, and of directories only few are known ahead.
            Assert.InRange(store.Requests, 1, ((read++ + MostHeld) / 25) + 100);
        }

        Assert.InRange(store.Requests, 300_000 / 50, int.MaxValue);
    }

    [Fact]
    public async Task ListAsync_ARequestFails_FailsWithItsError()
    {
        var store = new FailingListing(new KeyListing(Enumerable.Range(0, 20_000).Select(i => $"t/p={i / 100:D4}/{i:D5}"), KeyListing.ByUtf8));

        Assert.Equal("page 12", (await Assert.ThrowsAsync<IOException>(() => ListAsync(store))).Message);
    }

    private static async Task<List<string>> ListAsync(IListedStore store) =>
        [.. (await ParallelListing.ListAsync(store, "t/", Cancellation).ToListAsync(Cancellation)).Select(found => found.Location.Path)];

    /// <summary>Directories of all sizes and depths, beside names that come before and behind a slash, and what stands for directories.</summary>
    private static string[] Tree(Random random)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal) { "t", "t!/a", "t0/a", "t/" };
        for (int i = random.Next(400); i > 0; i--)
        {
            string key = "t/" + string.Join('/', Enumerable.Range(0, random.Next(3)).Select(_ => Odd[(int)(Odd.Length * random.NextDouble() * random.NextDouble())]).Append($"{random.Next(300)}"));
            keys.Add(random.Next(10) switch { 0 => key + "/", 1 => key[..key.LastIndexOf('/')] + "//" + i, _ => key });
        }

        return [.. keys];
    }

    private sealed class FailingListing(KeyListing store) : IListedStore
    {
        public bool StartsAnywhere => true;

        public async Task<ListedPage> PageAsync(ListRequest request, CancellationToken cancellationToken)
        {
            ListedPage page = await store.PageAsync(request, cancellationToken);
            return store.Requests == 12 ? throw new IOException("page 12") : page;
        }
    }
}
