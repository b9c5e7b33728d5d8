using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.ObjectStores.Tests.Listings;
using BulkMover.Testing.S3;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.ObjectStores.Tests.S3;

/// <summary>Against a real gateway.</summary>
public sealed class S3ObjectStoreTests(CephServer server) : RemoteStoreContract, IClassFixture<CephServer>, IAsyncLifetime
{
    private static readonly S3Keys Keys = new(CephServer.AccessKey, CephServer.SecretKey, null);

    private string bucket = "";

    protected override Location Root => new("s3", $"{bucket}/some/where");

    /// <summary>Three pages.</summary>
    protected override int ManyObjects => 2_500;

    public async ValueTask InitializeAsync() => bucket = await server.NewBucketAsync(null, Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task ListAsync_PlaceholderOfADirectory_IsNoObject()
    {
        await PutAsync("t/", []);
        await PutAsync("t/a", [1]);

        Assert.Equal(["a"], (await OpenStore().ListAsync(Root.Combine("t"), Cancellation).ToListAsync(Cancellation)).Select(o => o.Location.Name));
    }

    [Fact]
    public async Task ListAsync_Bucket_GivesItsObjects()
    {
        await PutAsync("a", [1]);

        Assert.Equal([Root.Combine("a")], (await OpenStore().ListAsync(new Location("s3", bucket), Cancellation).ToListAsync(Cancellation)).Select(o => o.Location));
    }

    [Fact]
    public async Task ReadAsync_LengthIsKnown_AsksOnlyForTheRange()
    {
        await PutAsync("ten", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        await using IRangeReader reader = await OpenStore().OpenAsync(new Location("s3a", Root.Combine("ten").Path), 10, Cancellation);
        byte[] read = new byte[3];

        await reader.ReadAsync(7, read, Cancellation);

        Assert.Equal([7, 8, 9], read);
    }

    [Fact]
    public async Task ReadAsync_ObjectWasReplacedMeanwhile_IsAnErrorAndNoMixture()
    {
        // Longer than what opening brings.
        await PutAsync("long", new byte[1_000_000]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("long"), null, Cancellation);
        await PutAsync("long", [.. Enumerable.Repeat((byte)1, 1_000_000)]);

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await reader.ReadAsync(0, new byte[1_000_000], Cancellation));

        Assert.Equal(("store.object_changed", true), (error.Code, error.IsTransient));
    }

    [Fact]
    public async Task ListAsync_NoSuchBucket_SaysSo()
    {
        var error = await Assert.ThrowsAsync<InvalidInputException>(async () =>
            await OpenStore().ListAsync(new Location("s3", "no-such-bucket/t"), Cancellation).ToListAsync(Cancellation));

        Assert.Equal("store.bucket_missing", error.Code);
        Assert.Contains("no-such-bucket", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CephServer.StrangerAccessKey, CephServer.StrangerSecretKey, "store.access_denied")]
    [InlineData("nobody", "secret", "store.credentials_refused")]
    [InlineData(CephServer.AccessKey, "wrong", "store.credentials_refused")]
    public async Task ListAsync_KeysThatMayNotRead_SaysWhy(string id, string secret, string code)
    {
        var error = await Assert.ThrowsAsync<EnvironmentException>(async () =>
            await Open(new S3Keys(id, secret, null)).ListAsync(Root, Cancellation).ToListAsync(Cancellation));

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_WithoutKeys_ReadsWhatEverybodyMayRead()
    {
        await PutAsync("ten", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        S3ObjectStore anonymous = Open(new S3Access { Endpoint = server.Endpoint, IsAnonymous = true });
        var refused = await Assert.ThrowsAsync<EnvironmentException>(async () => await anonymous.OpenAsync(Root.Combine("ten"), null, Cancellation));

        await server.LetEverybodyReadAsync(bucket, Cancellation);

        Assert.Equal("store.access_denied", refused.Code);
        Assert.Contains("AWS_NO_SIGN_REQUEST", refused.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], await anonymous.ReadAllAsync(Root.Combine("ten"), null, Cancellation));
        Assert.Equal(["ten"], (await anonymous.ListAsync(Root, Cancellation).ToListAsync(Cancellation)).Select(o => o.Location.Name));
    }

    /// <summary>The SDK resolves the dots before it signs; what comes then must not be another object's bytes.</summary>
    [Theory]
    [InlineData("d/../a")]
    [InlineData("./a")]
    public async Task OpenAsync_DotsAsAPartOfTheKey_AreNotResolved(string name)
    {
        await PutAsync("a", [1]);

        await Assert.ThrowsAnyAsync<BulkMoverException>(async () => await OpenStore().ReadAllAsync(Root.Combine(name), 1, Cancellation));
    }

    [Fact]
    public Task ListAndOpen_Backslash_IsPartOfTheName() => AssertFoundAsync("back\\slash");

    protected override IComparer<string> ListingOrder => KeyListing.ByUtf8;

    protected override IObjectStore OpenStore() => Open(Keys);

    protected override IObjectStore OpenStore(int pageObjects) => Open(new S3Access { Endpoint = server.Endpoint, Keys = Keys }, pageObjects);

    protected override Task PutAsync(string name, byte[] bytes) => server.PutAsync(bucket, $"some/where/{name}", bytes, Cancellation);

    private S3ObjectStore Open(S3Keys keys) => Open(new S3Access { Endpoint = server.Endpoint, Keys = keys });

    private static S3ObjectStore Open(S3Access access, int? pageObjects = null) =>
        new(new FixedS3Access(access), new StoreRequests(new RequestLimits())) { PageObjects = pageObjects };
}
