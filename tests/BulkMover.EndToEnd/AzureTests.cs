using BulkMover.Testing.Azure;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Tables that ClickHouse wrote into Azure's emulator, copied back by the built command.</summary>
public sealed class AzureTests(ClickHouseServerFixture server, AzuriteServer azure) : IClassFixture<AzuriteServer>
{
    private const string Rows = "SELECT number AS id, if(number % 10 = 0, NULL, concat('n', toString(number))) AS name, number / 4 AS price FROM numbers(20000)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Known => new() { ["AZURE_STORAGE_CONNECTION_STRING"] = azure.ConnectionString };

    [Fact]
    public async Task Copy_IcebergWrittenIntoAzure_IsEqualToWhatWasWritten()
    {
        (string database, string container) = (await server.NewDatabaseAsync(Token), await azure.NewContainerAsync(Token));
        await server.QueryAsync(
            $"CREATE TABLE {database}.source (id Int64, name Nullable(String), price Float64) ENGINE = IcebergAzure('{azure.ConnectionString}', '{container}', 'sales/orders/', 'Parquet')", Token);
        await server.QueryAsync($"INSERT INTO {database}.source {Rows} SETTINGS allow_insert_into_iceberg = 1", Token);

        CommandResult result = await Command.RunAsync(Known, "copy", $"iceberg+az://{container}/sales/orders", Target(database), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        await AssertEqualAsync(database);
        Assert.DoesNotContain(AzuriteServer.Key, result.Output + result.Error);
    }

    [Fact]
    public async Task Copy_ParquetInAzureByTheLongAddress_ArrivesRowByRow()
    {
        (string database, string container) = (await server.NewDatabaseAsync(Token), await azure.NewContainerAsync(Token));
        await server.QueryAsync($"CREATE TABLE {database}.source ENGINE = Memory AS {Rows}", Token);
        await server.QueryAsync(
            $"INSERT INTO FUNCTION azureBlobStorage('{azure.ConnectionString}', '{container}', 't/day=1/part 0.parquet', 'Parquet') SELECT * FROM {database}.source", Token);

        CommandResult result = await Command.RunAsync(Known, "copy", $"parquet+az://{AzuriteServer.Account}/{container}/t", Target(database), "--columns", "id,name,price");

        Assert.True(result.ExitCode == 0, result.ToString());
        await AssertEqualAsync(database);
    }

    [Fact]
    public async Task Inspect_NoCredentials_EndsWithThreeAndNamesTheVariables()
    {
        // Else it looks for an identity in the network.
        var nobody = new Dictionary<string, string> { ["AZURE_TOKEN_CREDENTIALS"] = "EnvironmentCredential" };

        CommandResult result = await Command.RunAsync(nobody, "inspect", "delta+az://lake/c/t");

        Assert.True(result.ExitCode == 3, result.ToString());
        Assert.Contains("error [store.credentials_missing]", result.Error);
        Assert.Contains("AZURE_STORAGE_CONNECTION_STRING", result.Error);
    }

    private async Task AssertEqualAsync(string database)
    {
        string copied = await server.QueryAsync($"SELECT count(), sum(id), sum(cityHash64(toInt64(id), name, price)) FROM {database}.copied", Token);
        Assert.Equal(await server.QueryAsync($"SELECT count(), sum(id), sum(cityHash64(toInt64(id), name, price)) FROM ({Rows})", Token), copied);
    }

    private string Target(string database) => $"clickhouse://default@{server.Endpoint.Authority}/{database}/copied";
}
