using System.Text.Json;
using BulkMover.Testing.Catalogs;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.S3;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Iceberg tables that ClickHouse wrote, found by a REST catalog, copied back by the built command.</summary>
public sealed class CatalogTests(ClickHouseServerFixture server, CephServer s3) : IClassFixture<CephServer>, IDisposable
{
    private const string CredentialVariable = "BULKMOVER_ICEBERG_CREDENTIAL";
    private const string Rows = "SELECT number AS id, if(number % 10 = 0, NULL, concat('n', toString(number))) AS name, number / 4 AS price FROM numbers(20000)";
    private const string Columns = "id Int64, name Nullable(String), price Float64";

    private readonly CatalogServer catalog = new() { Client = ("mover", "s3cret"), Prefix = "ws" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Dictionary<string, string> Known => new() { [CredentialVariable] = "mover:s3cret" };

    public void Dispose() => catalog.Dispose();

    [Fact]
    public async Task Copy_TableInS3WithVendedKeys_IsEqualToWhatTheOtherEngineReads()
    {
        (string database, string bucket) = (await server.NewDatabaseAsync(Token), await s3.NewBucketAsync(null, Token));
        string engine = $"IcebergS3('{s3.Endpoint}{bucket}/sales/orders/', '{CephServer.AccessKey}', '{CephServer.SecretKey}', 'Parquet')";
        await WriteAsync(database, engine);
        string metadata = "sales/orders/metadata/v2.metadata.json";
        string document = await s3.GetTextAsync(bucket, metadata, Token);
        catalog.Add(new ServedTable(["sales", "eu"], "orders", document, $"s3://{bucket}/{metadata}")
        {
            Config = { ["s3.endpoint"] = s3.Endpoint.AbsoluteUri, ["s3.region"] = "us-east-1", ["s3.path-style-access"] = "true" },
            Credentials = () => [new($"s3://{bucket}/sales/", Keys(CephServer.AccessKey, CephServer.SecretKey)), new("s3://", Keys("wrong", "wrong"))],
        });

        CommandResult result = await Command.RunAsync(Known, "copy", catalog.AddressOf("sales.eu.orders"), Target(database), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        await AssertEqualAsync(database);
        Assert.DoesNotContain(CephServer.SecretKey, result.Output + result.Error);
    }

    [Fact]
    public async Task PlanAndCopy_TableOnDisk_NameCatalogTableAndSnapshot()
    {
        string database = await server.NewDatabaseAsync(Token);
        string path = Path.Combine(server.FilesDirectory, $"{database}_iceberg");
        await WriteAsync(database, $"IcebergLocal('{path}/', 'Parquet')");
        string metadata = Path.Combine(path, "metadata", "v2.metadata.json");
        string document = await File.ReadAllTextAsync(metadata, Token);
        catalog.Add(new ServedTable(["ns"], "t", document, $"file://{metadata}"));

        CommandResult plan = await Command.RunAsync(Known, "plan", catalog.AddressOf("ns.t"));
        CommandResult copy = await Command.RunAsync(Known, "copy", catalog.AddressOf("ns.t"), Target(database));

        Assert.True(plan.ExitCode == 0, plan.ToString());
        Assert.True(copy.ExitCode == 0, copy.ToString());
        using JsonDocument json = JsonDocument.Parse(document);
        Assert.Contains($"from  iceberg+rest:{catalog.Endpoint}?table=ns.t, snapshot {json.RootElement.GetProperty("current-snapshot-id")}", plan.Output);
        Assert.Contains("20,000 rows", plan.Output);
        await AssertEqualAsync(database);
        CommandResult verify = await Command.RunAsync(Known, "verify", $"iceberg:{path}", catalog.AddressOf("ns.t"));
        Assert.True(verify.ExitCode == 0, verify.ToString());
        Assert.StartsWith("equal  20,000 rows", verify.Output);
    }

    [Fact]
    public async Task Inspect_NoSuchTable_EndsWithTwoAndNamesThoseThatAre()
    {
        catalog.Add(new ServedTable(["ns"], "orders", "{}", null));

        CommandResult result = await Command.RunAsync(Known, "inspect", catalog.AddressOf("ns.order"));

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("error [catalog.table_missing]", result.Error);
        Assert.Contains("Tables of ns: orders.", result.Error);
    }

    [Fact]
    public async Task Inspect_NoCredential_EndsWithTwoAndNamesTheVariable()
    {
        CommandResult result = await Command.RunAsync("inspect", catalog.AddressOf("ns.t"));

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(CredentialVariable, result.Error);
    }

    [Fact]
    public async Task Copy_ParquetInS3WithKeysOfTheEnvironment_ArrivesRowByRow()
    {
        (string database, string bucket) = (await server.NewDatabaseAsync(Token), await s3.NewBucketAsync(null, Token));
        await server.QueryAsync($"CREATE TABLE {database}.source ENGINE = Memory AS {Rows}", Token);
        await server.QueryAsync(
            $"INSERT INTO FUNCTION s3('{s3.Endpoint}{bucket}/t/part-0.parquet', '{CephServer.AccessKey}', '{CephServer.SecretKey}', 'Parquet') SELECT * FROM {database}.source", Token);
        var environment = new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = CephServer.AccessKey, ["AWS_SECRET_ACCESS_KEY"] = CephServer.SecretKey, ["AWS_ENDPOINT_URL_S3"] = s3.Endpoint.AbsoluteUri,
        };

        CommandResult result = await Command.RunAsync(environment, "copy", $"parquet+s3://{bucket}/t", Target(database));

        Assert.True(result.ExitCode == 0, result.ToString());
        await AssertEqualAsync(database);
    }

    private static Dictionary<string, string> Keys(string id, string secret) => new() { ["s3.access-key-id"] = id, ["s3.secret-access-key"] = secret };

    private async Task WriteAsync(string database, string engine)
    {
        await server.QueryAsync($"CREATE TABLE {database}.source ({Columns}) ENGINE = {engine}", Token);
        await server.QueryAsync($"INSERT INTO {database}.source {Rows} SETTINGS allow_insert_into_iceberg = 1", Token);
    }

    private async Task AssertEqualAsync(string database)
    {
        string copied = await server.QueryAsync($"SELECT count(), sum(id), sum(cityHash64(id, name, price)) FROM {database}.copied", Token);
        Assert.StartsWith("20000\t", copied, StringComparison.Ordinal);
        Assert.Equal(await server.QueryAsync($"SELECT count(), sum(id), sum(cityHash64(toInt64(id), name, price)) FROM ({Rows})", Token), copied);
    }

    private string Target(string database) => $"clickhouse://default@{server.Endpoint.Authority}/{database}/copied";
}
