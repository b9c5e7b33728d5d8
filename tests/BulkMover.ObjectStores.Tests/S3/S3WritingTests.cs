using System.Security.Cryptography;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Requests;
using BulkMover.ObjectStores.S3;
using BulkMover.Testing.S3;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.ObjectStores.Tests.S3;

/// <summary>Against a real gateway.</summary>
public sealed class S3WritingTests(CephServer server) : RemoteWritingContract, IClassFixture<CephServer>, IAsyncLifetime
{
    private static readonly S3Keys Keys = new(CephServer.AccessKey, CephServer.SecretKey, null);

    private string bucket = "";

    protected override Location Root => new("s3", $"{bucket}/some/where");

    protected override Location InNoContainer => new("s3", "no-such-bucket/a");

    protected override string ContainerMissing => "store.bucket_missing";

    protected override Uri Server => server.Endpoint;

    public async ValueTask InitializeAsync() => bucket = await server.NewBucketAsync(null, Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(CephServer.StrangerAccessKey, CephServer.StrangerSecretKey, "store.access_denied", "s3:PutObject")]
    [InlineData("nobody", "secret", "store.credentials_refused", "Check the credentials")]
    [InlineData(CephServer.AccessKey, "wrong", "store.credentials_refused", "Check the credentials")]
    public async Task Write_KeysThatMayNot_SaysWhyAndWhatIsNeeded(string id, string secret, string code, string needed)
    {
        IWritableStore store = Open(new S3Access { Endpoint = server.Endpoint, Keys = new S3Keys(id, secret, null) });

        EnvironmentException[] errors =
        [
            await Assert.ThrowsAsync<EnvironmentException>(() => store.PutAsync(At("a"), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<EnvironmentException>(() => store.TryPutNewAsync(At("a"), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<EnvironmentException>(() => WriteAsync(store, "a", new byte[5 * PartBytes], null)),
        ];

        Assert.All(errors, error =>
        {
            Assert.Equal(code, error.Code);
            Assert.Contains("write", error.Message, StringComparison.Ordinal);
            Assert.Contains(needed, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        });
        var deleted = await Assert.ThrowsAsync<EnvironmentException>(() => store.DeleteAsync(At("a"), Cancellation));
        Assert.Contains("delete", deleted.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("d/../a")]
    [InlineData("./a")]
    [InlineData("d/..")]
    public async Task Write_DotsAsAPartOfTheKey_IsRefused(string name)
    {
        IWritableStore store = OpenStore();

        var put = await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(At(name), new byte[1], Cancellation));
        var deleted = await Assert.ThrowsAsync<InvalidInputException>(() => store.DeleteAsync(At(name), Cancellation));

        Assert.Equal(("store.path_invalid", "store.path_invalid"), (put.Code, deleted.Code));
        Assert.Empty(await ListAsync(store));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("/a")]
    [InlineData("back\\slash")]
    public async Task WriteAndCopy_NameThatOthersWouldChange_IsTakenLiterally(string name)
    {
        IWritableStore store = OpenStore();

        await store.PutAsync(new Location("s3", $"{Root.Path}/{name}"), new byte[] { 7 }, Cancellation);
        Assert.True(await store.TryCopyAsync(new Location("s3", $"{Root.Path}/{name}"), 1, version: null, At("copy"), Cancellation));

        Assert.Equal(new[] { "copy", name }.Order(StringComparer.Ordinal), (await ListAsync(store)).Select(o => o.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Copy_FromAnotherBucket_GivesTheSameBytes()
    {
        IWritableStore store = OpenStore();
        var source = new Location("s3a", $"{await server.NewBucketAsync(null, Cancellation)}/a");
        await store.PutAsync(source, new byte[] { 1, 2, 3 }, Cancellation);

        Assert.True(await store.TryCopyAsync(source, 3, version: null, At("a"), Cancellation));

        Assert.Equal([1, 2, 3], await store.ReadAllAsync(At("a"), null, Cancellation));
    }

    [Fact]
    public async Task Copy_SourceIsReadWithOtherKeys_IsLeftToOthers()
    {
        await OpenStore().PutAsync(At("a"), new byte[] { 1 }, Cancellation);
        var source = new KeysByName(server.Endpoint);
        var store = new S3ObjectStore(source, new StoreRequests(new RequestLimits()));

        Assert.False(await store.TryCopyAsync(At("a"), 1, version: null, At("b"), Cancellation));
    }

    /// <summary>Ceph 16 copies such an object in parts only, and says so.</summary>
    [Theory]
    [InlineData(1000, false)]
    [InlineData(5 * 64 * 1024, true)]
    public async Task WriteAndRead_WithAKeyOfTheCustomers_NeedItEachTime(int length, bool isCopied)
    {
        byte[] bytes = Bytes(length);
        string key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        IWritableStore store = Open(new S3Access { Endpoint = server.Endpoint, Keys = Keys, Encryption = new S3Encryption(null, null, null, key) });

        await WriteAsync(store, "a", bytes, null);
        Assert.Equal(isCopied, await store.TryCopyAsync(At("a"), length, version: null, At("b"), Cancellation));

        string[] written = isCopied ? ["a", "b"] : ["a"];
        foreach (string name in written)
        {
            Assert.True((await store.ReadAllAsync(At(name), null, Cancellation)).AsSpan().SequenceEqual(bytes));
            await Assert.ThrowsAnyAsync<BulkMoverException>(async () => await OpenStore().ReadAllAsync(At(name), length, Cancellation));
            var looked = await Assert.ThrowsAsync<EnvironmentException>(async () => await OpenStore().OpenAsync(At(name), null, Cancellation));
            Assert.Contains(S3Encryption.CustomerKeyVariable, looked.Message, StringComparison.Ordinal);
        }

        Assert.Equal(written, (await ListAsync(store)).Select(o => o.Name));
        Assert.Equal(0, await CountUnfinishedAsync());
    }

    [Fact]
    public async Task Write_RefusedOnes_LeaveTheConnectionToOthers()
    {
        IWritableStore store = OpenStore();
        await store.PutAsync(At("a"), new byte[] { 1 }, Cancellation);
        for (int i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<InvalidInputException>(() => store.PutAsync(InNoContainer, new byte[i * 100], Cancellation));
            Assert.Equal([1], await store.ReadAllAsync(At("a"), null, Cancellation));
        }
    }

    protected override IWritableStore OpenStore(Uri endpoint) => Open(new S3Access { Endpoint = endpoint, Keys = Keys });

    protected override Task<int> CountUnfinishedAsync() => server.CountUploadsAsync(bucket, Cancellation);

    private static S3ObjectStore Open(S3Access access) => new(new FixedS3Access(access), new StoreRequests(new RequestLimits()))
    {
        PartBytes = PartBytes,
        CopySize = new CopySize(PartBytes, PartBytes),
    };

    private sealed class KeysByName(Uri endpoint) : IS3AccessSource
    {
        public ValueTask<S3Access> ForAsync(Location location, CancellationToken cancellationToken) =>
            new(new S3Access { Endpoint = endpoint, Keys = Keys with { SessionToken = location.Name } });

        public ValueTask<S3Access> InsteadOfAsync(S3Access refused, Location location, CancellationToken cancellationToken) => new(refused);
    }
}
