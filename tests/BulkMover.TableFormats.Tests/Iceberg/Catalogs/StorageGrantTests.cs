using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>By what the files of a catalog's table are read (OpenAPI, <c>LoadTableResult</c> and <c>StorageCredential</c>).</summary>
public sealed class StorageGrantTests : IDisposable
{
    private const string CredentialsEndpoint = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}/credentials";
    private const string LoadEndpoint = "GET /v1/{prefix}/namespaces/{namespace}/tables/{table}";

    private readonly CatalogServer server = new();
    private readonly TestTime time = new();
    private int vended;

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData("lake/db/t/data/a.parquet", "long")]
    [InlineData("lake/db/u/data/a.parquet", "short")]
    [InlineData("other/a.parquet", "of the table")]
    public async Task For_SeveralCredentials_TheLongestMatchingPrefixWins(string path, string key)
    {
        server.Add(CatalogClient.EmptyTable() with
        {
            Config = Keys("of the table"),
            Credentials = () => [new("s3://lake/", Keys("short")), new("s3a://lake/db/t/", Keys("long")), new("gs://lake/db/t/data", Keys("other store"))],
        });

        Assert.Equal(key, await KeyOfAsync((await server.LoadAsync()).Grants, path));
    }

    [Fact]
    public async Task For_ConfigOfTheTable_GoesBeforeThatOfTheCatalog()
    {
        (server.Overrides["s3.endpoint"], server.Overrides["s3.region"]) = ("http://of-catalog", "of-catalog");
        server.Add(CatalogClient.EmptyTable() with { Config = new() { ["s3.endpoint"] = "http://of-table" } });

        StorageGrant grant = await (await server.LoadAsync()).Grants.ForAsync(new Location("s3", "lake/a"), TestContext.Current.CancellationToken);

        Assert.Equal(("http://of-table", "of-catalog"), (grant.Properties["s3.endpoint"], grant.Properties["s3.region"]));
    }

    [Fact]
    public async Task For_CredentialsAboveOthers_AreNeverMixedWithThem()
    {
        server.Add(CatalogClient.EmptyTable() with
        {
            Config = new() { ["s3.access-key-id"] = "a", ["s3.secret-access-key"] = "a", ["s3.session-token"] = "a", ["s3.region"] = "r" },
            Credentials = () => [new("s3://lake/", Keys("b"))],
        });

        StorageGrant grant = await (await server.LoadAsync()).Grants.ForAsync(new Location("s3", "lake/a"), TestContext.Current.CancellationToken);

        Assert.False(grant.Properties.ContainsKey("s3.session-token"));
        Assert.Equal(("b", "r"), (grant.Properties["s3.access-key-id"], grant.Properties["s3.region"]));
    }

    [Theory]
    [InlineData(true, 10, 1)]
    [InlineData(true, 3595, 2)]
    [InlineData(false, 3595, 2)]
    public async Task For_CredentialsAreAboutToExpire_AreRenewedBefore(bool hasEndpoint, int secondsLater, int key)
    {
        StorageGrants grants = await VendedAsync(hasEndpoint, TimeSpan.FromHours(1));
        time.Now += TimeSpan.FromSeconds(secondsLater);

        string[] keys = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => KeyOfAsync(grants, "lake/a")));

        Assert.All(keys, used => Assert.Equal($"key {key}", used));
        Assert.Equal(hasEndpoint && key == 2, server.Requests.Last().Path.EndsWith("/tables/t/credentials", StringComparison.Ordinal));
    }

    [Fact]
    public async Task For_CredentialsThatComeExpired_AreNotAskedForAtEveryFile()
    {
        StorageGrants grants = await VendedAsync(hasEndpoint: true, TimeSpan.FromSeconds(-1));

        await KeyOfAsync(grants, "lake/a");
        await KeyOfAsync(grants, "lake/b");

        Assert.Equal(1, vended);
    }

    [Fact]
    public async Task InsteadOf_StoreSaysExpiredToManyAtOnce_RenewsOnce()
    {
        StorageGrants grants = await VendedAsync(hasEndpoint: true, life: null);
        var location = new Location("s3", "lake/a");
        StorageGrant refused = await grants.ForAsync(location, TestContext.Current.CancellationToken);

        StorageGrant[] renewed = await Task.WhenAll(Enumerable.Range(0, 10)
            .Select(_ => grants.InsteadOfAsync(refused, location, TestContext.Current.CancellationToken).AsTask()));

        Assert.All(renewed, grant => Assert.Equal("key 2", grant.Properties["s3.access-key-id"]));
        Assert.Equal(2, vended);
    }

    [Fact]
    public async Task InsteadOf_TableHasATokenOfItsOwn_ItIsSentForTheCredentials()
    {
        StorageGrants grants = await VendedAsync(hasEndpoint: true, life: null);
        var location = new Location("s3", "lake/a");

        await grants.InsteadOfAsync(await grants.ForAsync(location, TestContext.Current.CancellationToken), location, TestContext.Current.CancellationToken);

        Assert.Equal("Bearer for the table", server.Requests.Last().Header("Authorization"));
    }

    [Fact]
    public async Task Load_ExpiryThatIsNoTime_IsNotTaken()
    {
        server.Add(CatalogClient.EmptyTable() with { Config = new() { ["s3.session-token-expires-at-ms"] = "soon" } });

        await CatalogClient.FailsAsync<CorruptTableException>(() => server.LoadAsync(), "catalog.answer_invalid");
    }

    [Fact]
    public void ToString_OfAGrant_HoldsNoSecret() =>
        Assert.DoesNotContain("hunter2", new StorageGrant("s3://lake", Keys("hunter2")).ToString(), StringComparison.Ordinal);

    private static Dictionary<string, string> Keys(string name) => new() { ["s3.access-key-id"] = name, ["s3.secret-access-key"] = name };

    private static async Task<string> KeyOfAsync(StorageGrants grants, string path) =>
        (await grants.ForAsync(new Location("s3", path), TestContext.Current.CancellationToken)).Properties["s3.access-key-id"];

    /// <summary>A table whose credentials have another key each time that they are asked for.</summary>
    private async Task<StorageGrants> VendedAsync(bool hasEndpoint, TimeSpan? life)
    {
        server.Endpoints = hasEndpoint ? [LoadEndpoint, CredentialsEndpoint] : [LoadEndpoint];
        server.Add(CatalogClient.EmptyTable() with
        {
            Config = new() { ["token"] = "for the table" },
            Credentials = () =>
            {
                Dictionary<string, string> keys = Keys($"key {++vended}");
                if (life is { } span)
                    keys["s3.session-token-expires-at-ms"] = (time.Now + span).ToUnixTimeMilliseconds().ToString();
                return [new ServedCredential("s3://lake/", keys)];
            },
        });
        RestCatalog catalog = await server.OpenAsync(time: time);
        return (await catalog.LoadTableAsync(CatalogTableName.Parse("ns.t")!, TestContext.Current.CancellationToken)).Grants;
    }
}
