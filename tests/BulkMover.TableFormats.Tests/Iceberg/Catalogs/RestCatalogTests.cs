using BulkMover.Core.Errors;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>What is asked of a catalog, and where (OpenAPI, <c>paths</c> and <c>CatalogConfig</c>).</summary>
public sealed class RestCatalogTests : IDisposable
{
    private readonly CatalogServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Open_Catalog_AsksForItsConfigurationFirst()
    {
        server.Add(CatalogClient.EmptyTable());

        await server.LoadAsync();

        Assert.Equal(["/catalog/v1/config", "/catalog/v1/namespaces/ns/tables/t"], server.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task Open_Warehouse_IsSentWithTheRequestForTheConfiguration()
    {
        await server.OpenAsync(parameters: "&warehouse=s3%3A%2F%2Flake%2Fa%20b%26c");

        Assert.Equal("s3://lake/a b&c", Assert.Single(server.Requests).Query["warehouse"]);
    }

    [Fact]
    public async Task Load_PrefixOfTheConfiguration_IsPartOfEveryPath()
    {
        using var prefixed = new CatalogServer { Prefix = "ws/main%7Cx" };
        prefixed.Add(CatalogClient.EmptyTable());

        await prefixed.LoadAsync();

        Assert.Equal("/catalog/v1/ws/main%7Cx/namespaces/ns/tables/t", prefixed.Requests.Last().Path);
    }

    [Theory]
    [InlineData(null, "%1F")]
    [InlineData("%7C", "%7C")]
    [InlineData("%2E", ".")]
    [InlineData("|", "%7C")]
    public async Task Load_NamespaceOfSeveralLevels_HasTheSeparatorThatTheServerWants(string? wanted, string separator)
    {
        if (wanted is not null)
            server.Overrides["namespace-separator"] = wanted;
        server.Add(CatalogClient.EmptyTable("t", "accounting", "tax", "paid"));

        await server.LoadAsync("accounting.tax.paid.t");

        Assert.Equal($"/catalog/v1/namespaces/accounting{separator}tax{separator}paid/tables/t", server.Requests.Last().Path);
    }

    [Fact]
    public async Task Load_OddNames_ArePercentEncoded()
    {
        server.Add(CatalogClient.EmptyTable("t/ü 漢?#%", "a b", "c.d/e"));

        await server.LoadAsync("a%20b.c%2Ed%2Fe.t%2Fü%20漢%3F%23%25");

        Assert.Equal("/catalog/v1/namespaces/a%20b%1Fc.d%2Fe/tables/t%2F%C3%BC%20%E6%BC%A2%3F%23%25", server.Requests.Last().Path);
    }

    [Fact]
    public async Task Load_Table_AsksForVendedCredentials()
    {
        server.Add(CatalogClient.EmptyTable());

        await server.LoadAsync();

        Assert.Equal("vended-credentials", server.Requests.Last().Header("X-Iceberg-Access-Delegation"));
    }

    [Fact]
    public async Task Open_DefaultsClientAndOverrides_TheLaterOnesWin()
    {
        using var oauth = new CatalogServer { Client = ("me", "secret") };
        (oauth.Defaults["scope"], oauth.Defaults["audience"]) = ("of defaults", "of defaults");
        (oauth.Overrides["resource"], oauth.TokenSeconds) = ("of overrides", 0);
        oauth.Add(CatalogClient.EmptyTable());

        // A token that lives no time is fetched again with what the configuration says.
        await oauth.LoadAsync(secrets: new(null, "me:secret"), parameters: "&scope=of-client&resource=of-client");

        Dictionary<string, string> form = CatalogRequest.ParseQuery(oauth.Requests.Last(request => request.Method == "POST").Body);
        Assert.Equal(("of-client", "of defaults", "of overrides"), (form["scope"], form["audience"], form["resource"]));
    }

    [Fact]
    public async Task Open_ServerSaysThatItLivesElsewhere_GoesThere()
    {
        using var other = new CatalogServer();
        other.Add(CatalogClient.EmptyTable());
        server.Overrides["uri"] = other.Endpoint.AbsoluteUri;

        await server.LoadAsync();

        Assert.Equal("/catalog/v1/namespaces/ns/tables/t", Assert.Single(other.Requests).Path);
    }

    [Fact]
    public async Task Open_ServerHasNoEndpointToLoadTables_IsRefused()
    {
        server.Endpoints = ["GET /v1/{prefix}/namespaces"];

        await CatalogClient.FailsAsync<UnsupportedFeatureException>(() => server.OpenAsync(), "catalog.cannot_load_tables");
    }

    [Theory]
    [InlineData("rest.sigv4-enabled", "true", "sigv4")]
    [InlineData("rest.auth.type", "basic", "basic")]
    public async Task Open_ServerWantsAnAuthenticationThatWeDoNotDo_IsRefusedByName(string property, string value, string name)
    {
        server.Overrides[property] = value;

        var error = await CatalogClient.FailsAsync<UnsupportedFeatureException>(() => server.OpenAsync(), "catalog.authentication_unsupported");

        Assert.Contains($"'{name}'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NoSuchTable_NamesTablesOfAllPages()
    {
        server.PageSize = 2;
        foreach (string name in new[] { "a", "b", "c", "d", "e" })
            server.Add(CatalogClient.EmptyTable(name));

        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync("ns.order"), "catalog.table_missing");

        Assert.Contains("Tables of ns: a, b, c, d, e.", error.Message, StringComparison.Ordinal);
        Assert.Equal(["", "page 2", "page 4"], server.Requests.Where(request => request.Path.EndsWith("/tables", StringComparison.Ordinal)).Select(request => request.Query["pageToken"]));
    }

    [Fact]
    public async Task Load_NoSuchTableAmongMany_NamesTheNearestAndHowManyMore()
    {
        for (int i = 0; i < 30; i++)
            server.Add(CatalogClient.EmptyTable($"t{i:D2}"));
        server.Add(CatalogClient.EmptyTable("orders_2026"));

        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync("ns.orders"), "catalog.table_missing");

        Assert.Contains("Tables of ns: orders_2026, t00, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(" and 11 more.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NoSuchNamespace_NamesThoseOfTheDeepestLevelThatExists()
    {
        server.Add(CatalogClient.EmptyTable("t", "accounting", "tax"));
        server.Add(CatalogClient.EmptyTable("t", "accounting", "credits"));

        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync("accounting.taxes.t"), "catalog.table_missing");

        Assert.Contains("There is no namespace accounting.taxes. Namespaces below accounting: accounting.credits, accounting.tax.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NoSuchTableAndServerDoesNotList_SaysSoWithoutNames()
    {
        server.Endpoints = ["GET /v1/{prefix}/namespaces/{namespace}/tables/{table}"];

        await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync(), "catalog.table_missing");

        Assert.Equal(2, server.Requests.Count);
    }
}
