using BulkMover.Core.Errors;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>What becomes of the answers that are no success (OpenAPI, <c>responses</c> and <c>ErrorModel</c>).</summary>
public sealed class CatalogErrorTests : IDisposable
{
    private readonly CatalogServer server = new();

    public CatalogErrorTests() => server.Add(CatalogClient.EmptyTable());

    public void Dispose() => server.Dispose();

    [Theory]
    [InlineData(400, typeof(InvalidInputException), "catalog.refused", ErrorSide.Input)]
    [InlineData(401, typeof(InvalidInputException), "catalog.authentication", ErrorSide.Input)]
    [InlineData(419, typeof(InvalidInputException), "catalog.authentication", ErrorSide.Input)]
    [InlineData(403, typeof(EnvironmentException), "catalog.access_denied", ErrorSide.Environment)]
    [InlineData(404, typeof(InvalidInputException), "catalog.table_missing", ErrorSide.Input)]
    [InlineData(406, typeof(UnsupportedFeatureException), "catalog.unsupported", ErrorSide.Source)]
    public async Task Load_AnswerThatNobodyShouldRepeat_IsAskedOnceAndSaysWhatTheCatalogSays(int status, Type type, string code, ErrorSide side)
    {
        server.Instead = OnlyTable(CatalogAnswer.Error(status, "SomeException", "the catalog's own words"));

        var error = await CatalogClient.FailsAsync<BulkMoverException>(type, () => server.LoadAsync(), code);

        Assert.Equal((side, false), (error.Side, error.IsTransient));
        Assert.Contains("the catalog's own words", error.Message + error.InnerException?.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests, request => request.Path.EndsWith("/tables/t", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(409, "catalog.conflict")]
    [InlineData(429, "catalog.throttled")]
    [InlineData(500, "catalog.failed")]
    [InlineData(502, "catalog.failed")]
    [InlineData(503, "catalog.unavailable")]
    [InlineData(504, "catalog.failed")]
    public async Task Load_AnswerThatMayPass_IsAskedFourTimes(int status, string code)
    {
        server.Instead = OnlyTable(CatalogAnswer.Error(status, "SlowDownException", "Slow down"));

        var error = await CatalogClient.FailsAsync<EnvironmentException>(() => server.LoadAsync(), code);

        Assert.True(error.IsTransient);
        Assert.Equal(4, server.Requests.Count(request => request.Path.EndsWith("/tables/t", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Load_AnswerThatPasses_IsNoError()
    {
        int asked = 0;
        server.Instead = request => request.Path.EndsWith("/tables/t", StringComparison.Ordinal) && ++asked < 3
            ? CatalogAnswer.Error(503, "SlowDownException", "Slow down") with { Headers = new() { ["Retry-After"] = "0" } }
            : null;

        await server.LoadAsync();

        Assert.Equal(3, asked);
    }

    [Fact]
    public async Task Load_ServerAsksToWaitForAnHour_IsNotWaitedFor()
    {
        server.Instead = OnlyTable(CatalogAnswer.Error(503, "SlowDownException", "Maintenance") with { Headers = new() { ["Retry-After"] = "3600" } });

        var error = await CatalogClient.FailsAsync<EnvironmentException>(() => server.LoadAsync(), "catalog.unavailable");

        Assert.Equal(TimeSpan.FromHours(1), error.RetryAfter);
        Assert.Equal(2, server.Requests.Count);
    }

    [Theory]
    [InlineData(301)]
    [InlineData(307)]
    public async Task Open_Redirect_IsNotFollowedButNamed(int status)
    {
        server.Instead = _ => new CatalogAnswer(status, "", "text/html") { Headers = { ["Location"] = "https://elsewhere.example/v1/config" } };

        var error = await CatalogClient.FailsAsync<InvalidInputException>(() => server.OpenAsync(), "catalog.redirected");

        Assert.Contains("https://elsewhere.example/", error.Message, StringComparison.Ordinal);
        Assert.Single(server.Requests);
    }

    [Theory]
    [InlineData(200, "<html>Welcome</html>")]
    [InlineData(204, "")]
    [InlineData(404, "<html>Not found</html>")]
    public async Task Open_AnswerOfSomethingElse_SaysThatItIsNoCatalog(int status, string body)
    {
        server.Instead = _ => new CatalogAnswer(status, body, "text/html");

        await CatalogClient.FailsAsync<InvalidInputException>(() => server.OpenAsync(), "catalog.not_a_catalog");
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"defaults":[]}""")]
    [InlineData("""{"endpoints":{}}""")]
    [InlineData("""{"endpoints":[7]}""")]
    public async Task Open_JsonOfAnotherShape_IsNotTaken(string body)
    {
        server.Instead = _ => CatalogAnswer.Json(body);

        await CatalogClient.FailsAsync<CorruptTableException>(() => server.OpenAsync(), "catalog.answer_invalid");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"metadata":null,"metadata-location":"s3://lake/t/metadata/v1.metadata.json"}""")]
    public async Task Load_AnswerWithoutMetadata_IsNotTaken(string body)
    {
        server.Instead = OnlyTable(CatalogAnswer.Json(body));

        var error = await CatalogClient.FailsAsync<CorruptTableException>(() => server.LoadAsync(), "catalog.answer_invalid");

        Assert.Contains("'metadata' is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_BrokenMetadata_NamesTheField()
    {
        server.Instead = OnlyTable(CatalogAnswer.Json("""{"metadata":{"format-version":2}}"""));

        await CatalogClient.FailsAsync<CorruptTableException>(() => server.LoadAsync(), "iceberg.metadata_invalid");
    }

    [Fact]
    public async Task Open_NobodyListens_IsTransient()
    {
        var address = CatalogAddress.Parse(server.AddressOf("ns.t"));
        server.Dispose();

        var error = await CatalogClient.FailsAsync<EnvironmentException>(
            () => RestCatalog.OpenAsync(address, CatalogClient.NoSecrets, new Retry { Attempts = 1 }, TimeProvider.System, TestContext.Current.CancellationToken),
            "catalog.unreachable");

        Assert.True(error.IsTransient);
    }

    [Fact]
    public async Task Open_Cancelled_IsACancellation()
    {
        var address = CatalogAddress.Parse(server.AddressOf("ns.t"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RestCatalog.OpenAsync(address, CatalogClient.NoSecrets, new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("""{"required-row-filter":{"type":"eq","term":"name","value":"x"}}""")]
    [InlineData("""{"required-column-projections":[{"field-id":1}]}""")]
    [InlineData("""{"required-column-projections":[]}""")]
    public async Task Load_ReadRestrictions_AreRefusedByName(string restrictions)
    {
        server.Add(CatalogClient.EmptyTable() with { More = new() { ["read-restrictions"] = restrictions } });

        var error = await CatalogClient.FailsAsync<UnsupportedFeatureException>(() => server.LoadAsync(), "iceberg.read_restrictions");

        Assert.Contains("read-restrictions", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"required-row-filter":{"type":"true"}}""")]
    public async Task Load_ReadRestrictionsThatRestrictNothing_AreNoObstacle(string restrictions)
    {
        server.Add(CatalogClient.EmptyTable() with { More = new() { ["read-restrictions"] = restrictions } });

        await server.LoadAsync();
    }

    private static Func<CatalogRequest, CatalogAnswer?> OnlyTable(CatalogAnswer answer) =>
        request => request.Path.EndsWith("/tables/t", StringComparison.Ordinal) ? answer : null;
}
