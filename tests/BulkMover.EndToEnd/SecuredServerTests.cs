using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>A server with a user, a password, and a time zone that is not UTC.</summary>
public sealed class SecuredServerTests(SecuredClickHouseServerFixture server)
{
    private const string PasswordVariable = "BULKMOVER_CLICKHOUSE_PASSWORD";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Copy_WithPasswordFromTheEnvironment_ArrivesAtTheSameInstants()
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await NewSourceAsync(database);

        CommandResult result = await Command.RunAsync(
            new Dictionary<string, string> { [PasswordVariable] = server.Password }, "copy", $"parquet:{source}", Target(database), "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(await server.QueryAsync("SELECT sum(1700000000000000 + number * 3600000000) FROM numbers(5000)", Token),
            await server.QueryAsync($"SELECT sum(toUnixTimestamp64Micro(at)) FROM {database}.t", Token));
    }

    [Theory]
    [InlineData("wrong")]
    [InlineData("")]
    public async Task Copy_WrongPassword_IsAnErrorThatNamesTheVariable(string password)
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await NewSourceAsync(database);

        CommandResult result = await Command.RunAsync(new Dictionary<string, string> { [PasswordVariable] = password }, "copy", $"parquet:{source}", Target(database));

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(PasswordVariable, result.Error);
        Assert.DoesNotContain(server.Password, result.Error);
    }

    [Fact]
    public async Task Copy_PasswordInTheAddress_IsRefusedAndNotEchoed()
    {
        CommandResult result = await Command.RunAsync("copy", "parquet:/nowhere", "clickhouse://mover:geheim@127.0.0.1:8123/default/t");

        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains(PasswordVariable, result.Error);
        Assert.DoesNotContain("geheim", result.Error + result.Output);
    }

    private async Task<string> NewSourceAsync(string database)
    {
        string source = Path.Combine(server.FilesDirectory, $"{database}.parquet");
        await server.QueryAsync($"INSERT INTO FUNCTION file('{source}') SELECT number AS id, "
            + "fromUnixTimestamp64Micro(toInt64(1700000000000000 + number * 3600000000), 'UTC') AS at FROM numbers(5000)", Token);
        return source;
    }

    private string Target(string database) => $"clickhouse://{server.User}@{server.Endpoint.Authority}/{database}/t";
}
