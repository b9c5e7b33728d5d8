using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.S3;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.Cli.Tests.Sources;

/// <summary>What a catalog's properties mean for reading S3 (OpenAPI, <c>LoadTableResult</c>; Iceberg docs, "AWS", "S3 FileIO").</summary>
public sealed class CatalogS3AccessTests : IDisposable
{
    private static readonly Location Object = new("s3", "lake/db/t/a.parquet");

    private readonly CatalogServer server = new();
    private int vended;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task For_AllProperties_AreTaken()
    {
        S3Access access = await ForAsync(
            ("s3.access-key-id", "id"), ("s3.secret-access-key", "secret"), ("s3.session-token", "token"),
            ("s3.endpoint", "http://127.0.0.1:9000"), ("s3.region", "eu-central-1"), ("client.region", "other"), ("s3.path-style-access", "false"));

        Assert.Equal(
            new S3Access
            {
                Endpoint = new Uri("http://127.0.0.1:9000"), Region = "eu-central-1", PathStyle = false, Keys = new S3Keys("id", "secret", "token"),
            },
            access);
    }

    [Fact]
    public async Task For_OnlyTheClientsRegion_IsTaken() => Assert.Equal("eu-west-1", (await ForAsync(("client.region", "eu-west-1"))).Region);

    [Fact]
    public async Task For_NoKeys_LeavesThemToTheSdk() => Assert.Null((await ForAsync()).Keys);

    [Fact]
    public async Task For_RemoteSigning_IsRefusedByName()
    {
        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => ForAsync(("s3.remote-signing-enabled", "true")));

        Assert.Equal("catalog.remote_signing_unsupported", error.Code);
    }

    [Theory]
    [InlineData("s3.access-key-id", "id")]
    [InlineData("s3.secret-access-key", "secret")]
    public async Task For_HalfAKey_IsNotTaken(string name, string value) =>
        await Assert.ThrowsAsync<CorruptTableException>(() => ForAsync((name, value)));

    [Fact]
    public async Task For_EndpointThatIsNoAddress_NamesTheProperty()
    {
        var error = await Assert.ThrowsAsync<InvalidInputException>(() => ForAsync(("s3.endpoint", "minio:9000")));

        Assert.Contains("s3.endpoint", error.Message);
    }

    [Fact]
    public async Task InsteadOf_WhatTheStoreRefused_IsVendedAnew()
    {
        CatalogS3Access source = await OpenAsync(() => new() { ["s3.access-key-id"] = $"id {++vended}", ["s3.secret-access-key"] = "secret" });
        S3Access refused = await source.ForAsync(Object, Token);

        S3Access[] renewed = [await source.InsteadOfAsync(refused, Object, Token), await source.InsteadOfAsync(refused, Object, Token), await source.ForAsync(Object, Token)];

        Assert.All(renewed, access => Assert.Equal("id 2", access.Keys!.AccessKeyId));
    }

    private async Task<S3Access> ForAsync(params (string Name, string Value)[] properties) =>
        await (await OpenAsync(() => properties.ToDictionary(property => property.Name, property => property.Value))).ForAsync(Object, Token);

    private async Task<CatalogS3Access> OpenAsync(Func<Dictionary<string, string>> properties)
    {
        server.Add(new ServedTable(["ns"], "t", Metadata, null) { Credentials = () => [new("s3://lake/", properties())] });
        RestCatalog catalog = await RestCatalog.OpenAsync(CatalogAddress.Parse(server.AddressOf("ns.t")), new CatalogSecrets(null, null), Token);
        return new CatalogS3Access((await catalog.LoadTableAsync(CatalogTableName.Parse("ns.t")!, Token)).Grants);
    }

    private const string Metadata = """
        {"format-version":2,"table-uuid":"f79c3e09-677c-4bbd-a479-3f349cb785e7","location":"s3://lake/db/t","last-sequence-number":0,
         "last-updated-ms":1700000000000,"last-column-id":1,"current-schema-id":0,
         "schemas":[{"type":"struct","schema-id":0,"fields":[{"id":1,"name":"id","required":true,"type":"long"}]}],
         "default-spec-id":0,"partition-specs":[{"spec-id":0,"fields":[]}],"last-partition-id":999,
         "default-sort-order-id":0,"sort-orders":[{"order-id":0,"fields":[]}]}
        """;
}
