using Azure.Storage.Sas;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Requests;
using BulkMover.Testing.Azure;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Azure;

/// <summary>Against the emulator, which knows no copy in parts: see AzureWriteErrorTests.</summary>
public sealed class AzureWritingTests(AzuriteServer server) : RemoteWritingContract, IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private string container = "";

    protected override Location Root => new("az", $"{AzuriteServer.Account}/{container}/some/where");

    protected override Location InNoContainer => new("az", $"{AzuriteServer.Account}/no-such-container/a");

    protected override string ContainerMissing => "store.container_missing";

    protected override Uri Server => server.Endpoint;

    public async ValueTask InitializeAsync() => container = await server.NewContainerAsync(Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Write_WrongKey_SaysWhatIsNeededAndNotTheKey()
    {
        AzureObjectStore store = Open(AzuriteServer.ConnectionStringOf(server.Endpoint, AzuriteServer.OtherKey));

        EnvironmentException[] errors =
        [
            await Assert.ThrowsAsync<EnvironmentException>(() => store.PutAsync(At("a"), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<EnvironmentException>(() => store.TryPutNewAsync(At("a"), new byte[1], Cancellation)),
            await Assert.ThrowsAsync<EnvironmentException>(() => WriteAsync(store, "a", new byte[5 * PartBytes], null)),
        ];

        Assert.All(errors, error =>
        {
            Assert.Equal("store.access_denied", error.Code);
            Assert.Contains("Storage Blob Data Contributor", error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain(AzuriteServer.OtherKey, error.ToString(), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task WriteCopyAndDelete_WithASignature_Work()
    {
        string token = AzuriteServer.SasToken(container,
            BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List | BlobContainerSasPermissions.Write | BlobContainerSasPermissions.Create | BlobContainerSasPermissions.Delete,
            DateTimeOffset.UtcNow.AddMinutes(10));
        AzureObjectStore store = Open($"BlobEndpoint={server.Endpoint}{AzuriteServer.Account};SharedAccessSignature={token}");

        await WriteAsync(store, "a", Bytes(3 * PartBytes), null);
        await store.PutAsync(At("b"), new byte[] { 1 }, Cancellation);
        Assert.True(await store.TryCopyAsync(At("b"), 1, version: null, At("c"), Cancellation));
        await store.DeleteAsync(At("b"), Cancellation);

        Assert.Equal(["a", "c"], (await ListAsync(store)).Select(o => o.Name));
    }

    [Fact]
    public async Task Write_SignatureThatOnlyReads_SaysWhatIsNeeded()
    {
        string token = AzuriteServer.SasToken(container, BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, DateTimeOffset.UtcNow.AddMinutes(10));
        AzureObjectStore store = Open($"BlobEndpoint={server.Endpoint}{AzuriteServer.Account};SharedAccessSignature={token}");

        var put = await Assert.ThrowsAsync<EnvironmentException>(() => store.PutAsync(At("a"), new byte[1], Cancellation));
        var deleted = await Assert.ThrowsAsync<EnvironmentException>(() => store.DeleteAsync(At("a"), Cancellation));

        Assert.Equal(("store.access_denied", "store.access_denied"), (put.Code, deleted.Code));
        Assert.Contains("'cw'", put.Message, StringComparison.Ordinal);
        Assert.Contains("'d'", deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_FromAnotherAccount_IsLeftToOthers() =>
        Assert.False(await OpenStore().TryCopyAsync(new Location("az", "stranger/container/a"), 1, version: null, At("a"), Cancellation));

    [Fact]
    public async Task Copy_FromAnotherContainer_GivesTheSameBytes()
    {
        IWritableStore store = OpenStore();
        var source = new Location("az", $"{AzuriteServer.Account}/{await server.NewContainerAsync(Cancellation)}/a");
        await store.PutAsync(source, new byte[] { 1, 2, 3 }, Cancellation);

        Assert.True(await store.TryCopyAsync(source, 3, version: null, At("a"), Cancellation));

        Assert.Equal([1, 2, 3], await store.ReadAllAsync(At("a"), null, Cancellation));
    }

    protected override IWritableStore OpenStore(Uri endpoint) => Open(AzuriteServer.ConnectionStringOf(endpoint, AzuriteServer.Key));

    /// <summary>Blocks that are in no list go by themselves.</summary>
    protected override Task<int> CountUnfinishedAsync() => Task.FromResult(0);

    private static AzureObjectStore Open(string connectionString) =>
        new(new AzureAccess { Account = AzuriteServer.Account, ConnectionString = connectionString }, new StoreRequests(new RequestLimits()))
        {
            PartBytes = PartBytes,
        };
}
