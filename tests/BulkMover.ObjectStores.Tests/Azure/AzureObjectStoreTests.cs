using Azure.Storage.Sas;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Azure;
using BulkMover.ObjectStores.Requests;
using BulkMover.Testing.Azure;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.ObjectStores.Tests.Azure;

/// <summary>Against the emulator.</summary>
public sealed class AzureObjectStoreTests(AzuriteServer server) : RemoteStoreContract, IClassFixture<AzuriteServer>, IAsyncLifetime
{
    private string container = "";

    protected override Location Root => new("az", $"{AzuriteServer.Account}/{container}/some/where");

    /// <summary>The emulator takes half as many a second as a gateway; pages have a test of their own.</summary>
    protected override int ManyObjects => 1_000;

    public async ValueTask InitializeAsync() => container = await server.NewContainerAsync(Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task ListAsync_PlaceholdersOfDirectories_AreNoObjects()
    {
        await PutAsync("t/", []);
        await server.PutFolderAsync(container, "some/where/t/d", Cancellation);
        await PutAsync("t/d/a", [1]);
        IObjectStore store = OpenStore();

        Assert.Equal(["a"], (await store.ListAsync(Root.Combine("t"), Cancellation).ToListAsync(Cancellation)).Select(o => o.Location.Name));
        Assert.False(await store.ExistsAsync(Root.Combine("t/d"), Cancellation));
    }

    [Fact]
    public async Task ListAsync_MoreThanAPage_GivesAll()
    {
        for (int i = 0; i < 25; i++)
            await PutAsync($"p{i:D2}", []);

        List<StoredObject> found = await OpenStore(pageObjects: 10).ListAsync(Root, Cancellation).ToListAsync(Cancellation);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => $"p{i:D2}"), found.Select(o => o.Location.Name));
    }

    [Fact]
    public async Task ListAsync_Container_GivesItsObjects()
    {
        await PutAsync("a", [1]);

        Assert.Equal([Root.Combine("a")],
            (await OpenStore().ListAsync(new Location("az", $"{AzuriteServer.Account}/{container}"), Cancellation).ToListAsync(Cancellation)).Select(o => o.Location));
    }

    [Theory]
    [InlineData("a//b")]
    [InlineData("/a")]
    public async Task ListAndOpen_NameWithDoubledSlashes_IsTakenLiterally(string name)
    {
        await PutAsync(name, [7]);

        StoredObject found = Assert.Single(await OpenStore().ListAsync(Root, Cancellation).ToListAsync(Cancellation));

        Assert.Equal($"{Root.Path}/{name}", found.Location.Path);
        Assert.Equal(new byte[] { 7 }, await OpenStore().ReadAllAsync(found.Location, null, Cancellation));
    }

    [Theory]
    [InlineData("d/../a")]
    [InlineData("./a")]
    [InlineData("d/..")]
    [InlineData("d\\a")]
    public async Task OpenAsync_NameThatAzureTakesForAnother_IsRefused(string name)
    {
        await PutAsync("a", [1]);

        var error = await Assert.ThrowsAsync<InvalidInputException>(async () => await OpenStore().OpenAsync(Root.Combine(name), 1, Cancellation));

        Assert.Equal("store.path_invalid", error.Code);
    }

    [Fact]
    public async Task ReadAsync_LengthIsKnown_AsksOnlyForTheRange()
    {
        await PutAsync("ten", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        await using CuttingProxy proxy = new(server.Endpoint, _ => false, Cut.Delay);
        await using IRangeReader reader = await Open(AzuriteServer.ConnectionStringOf(proxy.Start(), AzuriteServer.Key)).OpenAsync(Root.Combine("ten"), 10, Cancellation);
        byte[] read = new byte[3];

        await reader.ReadAsync(7, read, Cancellation);

        Assert.Equal([7, 8, 9], read);
        Assert.Equal(1, proxy.Requests);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1_000_000)]
    public async Task ReadAsync_ObjectWasReplacedMeanwhile_IsAnErrorAndNoMixture(int? knownBytes)
    {
        // Longer than what opening brings.
        await PutAsync("long", new byte[1_000_000]);
        await using IRangeReader reader = await OpenStore().OpenAsync(Root.Combine("long"), knownBytes, Cancellation);
        await reader.ReadAsync(0, new byte[5], Cancellation);
        await PutAsync("long", [.. Enumerable.Repeat((byte)1, 1_000_000)]);

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await reader.ReadAsync(999_990, new byte[10], Cancellation));

        Assert.Equal(("store.object_changed", true), (error.Code, error.IsTransient));
    }

    [Theory]
    [InlineData(Cut.BeforeRequest)]
    [InlineData(Cut.BeforeAnswer)]
    [InlineData(Cut.AmidAnswer)]
    [InlineData(Cut.AnswerShort)]
    [InlineData(Cut.Refusal)]
    public async Task ReadAsync_ConnectionIsCut_IsReadAgain(Cut cut)
    {
        byte[] bytes = [.. Enumerable.Range(0, 1_000_000).Select(i => (byte)(i * 31))];
        await PutAsync("a.bin", bytes);
        await using CuttingProxy proxy = new(server.Endpoint, request => request is 2 or 3, cut);
        AzureObjectStore store = Open(AzuriteServer.ConnectionStringOf(proxy.Start(), AzuriteServer.Key));

        Assert.Equal(bytes, await store.ReadAllAsync(Root.Combine("a.bin"), null, Cancellation));

        Assert.Equal(2, proxy.Cuts);
    }

    [Fact]
    public async Task ReadAsync_ConnectionIsCutEveryTime_IsATransientErrorAfterFewRequests()
    {
        await PutAsync("a.bin", new byte[1_000_000]);
        await using CuttingProxy proxy = new(server.Endpoint, _ => true, Cut.AmidAnswer);
        await using IRangeReader reader = await Open(AzuriteServer.ConnectionStringOf(proxy.Start(), AzuriteServer.Key)).OpenAsync(Root.Combine("a.bin"), 1_000_000, Cancellation);

        var error = await Assert.ThrowsAsync<EnvironmentException>(async () => await reader.ReadAsync(0, new byte[1_000_000], Cancellation));

        Assert.Equal(("store.connection_lost", true), (error.Code, error.IsTransient));
        Assert.InRange(proxy.Requests, 1, 4);
    }

    [Fact]
    public async Task ListAsync_ConnectionIsCut_GivesAllOnce()
    {
        await PutAsync("a", []);
        await PutAsync("b", []);
        await using CuttingProxy proxy = new(server.Endpoint, request => request == 1, Cut.AmidAnswer);
        AzureObjectStore store = Open(AzuriteServer.ConnectionStringOf(proxy.Start(), AzuriteServer.Key));

        Assert.Equal(["a", "b"], (await store.ListAsync(Root, Cancellation).ToListAsync(Cancellation)).Select(o => o.Location.Name));
    }

    [Fact]
    public async Task ListAndRead_NoSuchContainer_SaySo()
    {
        var missing = new Location("az", $"{AzuriteServer.Account}/no-such-container/t");
        var listed = await Assert.ThrowsAsync<InvalidInputException>(async () => await OpenStore().ListAsync(missing, Cancellation).ToListAsync(Cancellation));
        var read = await Assert.ThrowsAsync<InvalidInputException>(async () => await OpenStore().ReadAllAsync(missing, 3, Cancellation));
        var asked = await Assert.ThrowsAsync<InvalidInputException>(async () => await OpenStore().ExistsAsync(missing, Cancellation));

        Assert.All([listed, read, asked], error => Assert.Equal("store.container_missing", error.Code));
        Assert.Contains("no-such-container", listed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_WrongKey_SaysWhichVariableAndNotTheKey()
    {
        var error = await Assert.ThrowsAsync<EnvironmentException>(async () =>
            await Open(AzuriteServer.ConnectionStringOf(server.Endpoint, AzuriteServer.OtherKey)).ReadAllAsync(Root.Combine("a"), null, Cancellation));

        // Which Azure calls AuthenticationFailed: see AzureErrorTests.
        Assert.Equal("store.access_denied", error.Code);
        Assert.Contains(AzureAccess.ConnectionStringVariable, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(AzuriteServer.OtherKey, error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, 10, null)]
    [InlineData(BlobContainerSasPermissions.Read | BlobContainerSasPermissions.List, -10, "store.credentials_expired")]
    [InlineData(BlobContainerSasPermissions.Read, 10, "store.access_denied")]
    public async Task ListAndRead_WithASignature_WorkOrSayWhyNot(BlobContainerSasPermissions permissions, int minutes, string? code)
    {
        await PutAsync("a", [1]);
        string token = AzuriteServer.SasToken(container, permissions, DateTimeOffset.UtcNow.AddMinutes(minutes));
        AzureObjectStore store = Open($"BlobEndpoint={server.Endpoint}{AzuriteServer.Account};SharedAccessSignature={token}");
        Task<List<StoredObject>> list = store.ListAsync(Root, Cancellation).ToListAsync(Cancellation).AsTask();

        if (code is null)
        {
            Assert.Equal([Root.Combine("a")], (await list).Select(o => o.Location));
            Assert.Equal([1], await store.ReadAllAsync(Root.Combine("a"), 1, Cancellation));
            return;
        }

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => list);
        Assert.Equal(code, error.Code);
        Assert.DoesNotContain(token.Split("sig=")[1], error.ToString(), StringComparison.Ordinal);
    }

    protected override IObjectStore OpenStore() => Open(server.ConnectionString);

    protected override IObjectStore OpenStore(int pageObjects) => Open(server.ConnectionString, pageObjects);

    protected override Task PutAsync(string name, byte[] bytes) => server.PutAsync(container, $"some/where/{name}", bytes, Cancellation);

    private static AzureObjectStore Open(string connectionString, int? pageObjects = null) =>
        new(new AzureAccess { Account = AzuriteServer.Account, ConnectionString = connectionString }, new StoreRequests(new RequestLimits())) { PageObjects = pageObjects };
}
