using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>Who we are to a catalog (OpenAPI, <c>securitySchemes</c> and <c>POST /v1/oauth/tokens</c>).</summary>
public sealed class CatalogTokenTests : IDisposable
{
    private static readonly CatalogSecrets Secrets = new(null, "me:se:cret");

    private readonly CatalogServer server = new() { Client = ("me", "se:cret") };
    private readonly TestTime time = new();

    public CatalogTokenTests() => server.Add(CatalogClient.EmptyTable());

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Load_ClientCredentials_GetATokenFromTheCatalogItself()
    {
        await server.LoadAsync(secrets: Secrets);

        CatalogRequest request = server.Requests.First();
        Dictionary<string, string> form = CatalogRequest.ParseQuery(request.Body);
        Assert.Equal(("POST", "/catalog/v1/oauth/tokens"), (request.Method, request.Path));
        Assert.StartsWith("application/x-www-form-urlencoded", request.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal(("client_credentials", "me", "se:cret", "catalog"), (form["grant_type"], form["client_id"], form["client_secret"], form["scope"]));
        Assert.All(server.Requests.Skip(1), asked => Assert.Equal("Bearer token-1", asked.Header("Authorization")));
    }

    [Fact]
    public async Task Load_OnlyASecret_IsSentWithoutAnId()
    {
        using var other = new CatalogServer { Client = (null, "secret") };
        other.Add(CatalogClient.EmptyTable());

        await other.LoadAsync(secrets: new CatalogSecrets(null, "secret"));

        Assert.DoesNotContain("client_id", other.Requests.First().Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_OAuthServerAndParametersOfTheAddress_AreUsed()
    {
        using var oauth = new CatalogServer { Client = ("me", "se:cret") };
        server.Accept("token-1");

        await server.LoadAsync(secrets: Secrets, parameters: $"&oauth2-server-uri={oauth.Endpoint}/v1/oauth/tokens&scope=a%20b&audience=aud&resource=res");

        Dictionary<string, string> form = CatalogRequest.ParseQuery(Assert.Single(oauth.Requests).Body);
        Assert.Equal(("a b", "aud", "res"), (form["scope"], form["audience"], form["resource"]));
        Assert.DoesNotContain(server.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task Load_BearerToken_IsSentAsItIs()
    {
        server.Accept("given");

        await server.LoadAsync(secrets: new CatalogSecrets("given", null));

        Assert.All(server.Requests, request => Assert.Equal("Bearer given", request.Header("Authorization")));
    }

    [Fact]
    public async Task Load_TokenAndCredential_TheTokenGoesFirstAndTheCredentialHelpsWhenItIsRefused()
    {
        await server.LoadAsync(secrets: new CatalogSecrets("stale", "me:se:cret"));

        Assert.Equal(["Bearer stale", "", "Bearer token-1", "Bearer token-1"], server.Requests.Select(request => request.Header("Authorization")));
    }

    [Fact]
    public async Task Load_TokenOfTheConfiguration_ReplacesTheFirst()
    {
        server.Accept("of overrides");
        server.Overrides["token"] = "of overrides";

        await server.LoadAsync(secrets: Secrets);

        Assert.Equal("Bearer of overrides", server.Requests.Last().Header("Authorization"));
    }

    [Theory]
    [InlineData(30, 1)]
    [InlineData(3590, 2)]
    public async Task Load_TokenIsAboutToExpire_IsFetchedBeforeTheRequest(int secondsLater, int tokens)
    {
        server.TokenSeconds = 3600;
        RestCatalog catalog = await server.OpenAsync(Secrets, time: time);
        time.Now += TimeSpan.FromSeconds(secondsLater);

        await catalog.LoadTableAsync(CatalogTableName.Parse("ns.t")!, TestContext.Current.CancellationToken);

        Assert.Equal(tokens, server.Requests.Count(request => request.Method == "POST"));
        Assert.Equal($"Bearer token-{tokens}", server.Requests.Last().Header("Authorization"));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(419)]
    public async Task Load_TokenIsRefused_IsReplacedOnce(int status)
    {
        RestCatalog catalog = await server.OpenAsync(Secrets);
        server.RevokeTokens();
        server.Instead = request => request.Header("Authorization") == "Bearer token-1" ? CatalogAnswer.Error(status, "NotAuthorizedException", "expired") : null;

        await catalog.LoadTableAsync(CatalogTableName.Parse("ns.t")!, TestContext.Current.CancellationToken);

        Assert.Equal("Bearer token-2", server.Requests.Last().Header("Authorization"));
    }

    [Fact]
    public async Task Load_EveryTokenIsRefused_SaysWhatToSet()
    {
        server.Instead = request => request.Method == "GET" ? CatalogAnswer.Error(401, "NotAuthorizedException", "not you") : null;

        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync(secrets: Secrets), "catalog.authentication");

        Assert.Contains("BULKMOVER_ICEBERG_TOKEN", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, server.Requests.Count(request => request.Method == "GET"));
    }

    [Fact]
    public async Task Load_WrongClientSecret_SaysWhatTheTokenServerSays()
    {
        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync(secrets: new CatalogSecrets(null, "me:hunter2")), "catalog.authentication");

        Assert.Contains("invalid_client: Credentials given were invalid", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400, "invalid_client", "catalog.authentication")]
    [InlineData(400, "unauthorized_client", "catalog.authentication")]
    [InlineData(400, "invalid_scope", "catalog.refused")]
    public async Task Load_TokenServerRefusesWith400_ItsErrorDecides(int status, string error, string code)
    {
        server.Instead = request => request.Method == "POST" ? CatalogAnswer.Json($$"""{"error":"{{error}}"}""") with { Status = status } : null;

        await CatalogClient.FailsAsync<InvalidInputException>(() => server.LoadAsync(secrets: Secrets), code);
    }

    [Fact]
    public async Task Load_TokenAnswerWithoutAToken_IsNotTaken()
    {
        server.Instead = request => request.Method == "POST" ? CatalogAnswer.Json("""{"token_type":"bearer"}""") : null;

        var error = await CatalogClient.FailsAsync<CorruptTableException>(() => server.LoadAsync(secrets: Secrets), "catalog.answer_invalid");

        Assert.Contains("'access_token' is missing", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token", null)]
    [InlineData(null, "me:secret")]
    public async Task Open_SecretOverPlainHttpToAnotherMachine_IsRefusedBeforeItIsSent(string? token, string? credential)
    {
        var address = CatalogAddress.Parse("iceberg+rest:http://catalog.example?table=ns.t");

        await CatalogClient.FailsAsync<InvalidInputException>(
            () => RestCatalog.OpenAsync(address, new CatalogSecrets(token, credential), TestContext.Current.CancellationToken), "catalog.secret_over_http");
    }
}
