using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Both sides compared by the built command, after somebody changed one of them or nobody did.</summary>
public sealed class VerifyTests(ClickHouseServerFixture server)
{
    private const string Rows = "SELECT toInt64(number) AS id, concat('n', toString(number)) AS name, toDecimal64(number, 2) AS price, [number, number + 1] AS list FROM numbers(1000)";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_AfterACopy_ReadsOnlyTheTarget()
    {
        (string source, string to, string table) = await CopyAsync("after.parquet");
        // Nothing but the length and the time of the file is the same, so that reading it would fail.
        (byte[] bytes, DateTime time) = (await File.ReadAllBytesAsync(source, Token), File.GetLastWriteTimeUtc(source));
        await File.WriteAllBytesAsync(source, new byte[bytes.Length], Token);
        File.SetLastWriteTimeUtc(source, time);

        CommandResult result = await Command.RunAsync("verify", $"parquet:{source}", to, "--output", "json");
        Assert.True(result.ExitCode == 0, result.ToString());
        JsonElement finished = result.Events[^1];
        Assert.Equal(("finished", true, 1000), (finished.GetProperty("event").GetString(), finished.GetProperty("verified").GetBoolean(), finished.GetProperty("rows").GetInt64()));

        await File.WriteAllBytesAsync(source, bytes, Token);
        File.SetLastWriteTimeUtc(source, time);
        await server.QueryAsync($"ALTER TABLE {table} UPDATE price = 0.01 WHERE id = 7 SETTINGS mutations_sync = 1", Token);
        CommandResult changed = await Command.RunAsync("verify", $"parquet:{source}", to, "--output", "json");
        Assert.True(changed.ExitCode == 4, changed.ToString());
        Assert.False(changed.Events[^1].GetProperty("verified").GetBoolean());
        JsonElement difference = changed.Event("difference");
        Assert.Equal("price", Assert.Single(difference.GetProperty("columns").EnumerateArray()).GetProperty("name").GetString());
        Assert.Equal(0, Assert.Single(difference.GetProperty("chunks").EnumerateArray()).GetInt64());
        Assert.Equal(source, Assert.Single(difference.GetProperty("files").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Verify_Rows_ShowsBothSidesOfAChangedRow()
    {
        (string source, string to, string table) = await CopyAsync("rows.parquet");
        await server.QueryAsync($"ALTER TABLE {table} UPDATE name = 'other' WHERE id = 7 SETTINGS mutations_sync = 1", Token);

        CommandResult result = await Command.RunAsync("verify", $"parquet:{source}", to, "--rows", "5");
        Assert.True(result.ExitCode == 4, result.ToString());
        Assert.Contains("values differ in 'name'", result.Output, StringComparison.Ordinal);
        Assert.Contains($"only in the source, {source}: {{\"name\":\"n7\"", result.Output, StringComparison.Ordinal);
        Assert.Contains("only in the target: {\"name\":\"other\"", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_LoadedByTheServerItself_ReadsBothSides()
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await server.WriteFileAsync("own.parquet", Rows, Token);
        await server.QueryAsync($"CREATE TABLE {database}.t ENGINE = MergeTree PARTITION BY id % 4 ORDER BY id AS SELECT * FROM file('{source}')", Token);
        string[] verify = ["verify", $"parquet:{source}", server.Address(database, "t"), "--output", "json"];

        CommandResult equal = await Command.RunAsync(verify);
        Assert.True(equal.ExitCode == 0, equal.ToString());
        await server.QueryAsync($"DELETE FROM {database}.t WHERE id = 6", Token);
        CommandResult different = await Command.RunAsync(verify);
        Assert.True(different.ExitCode == 4, different.ToString());
        Assert.Equal("partition 2", different.Event("difference").GetProperty("place").GetString());
        // What was not asked for may differ.
        CommandResult some = await Command.RunAsync([.. verify, "--where", "id > 6"]);
        Assert.True(some.ExitCode == 4, some.ToString());
    }

    [Theory]
    [InlineData("create")]
    [InlineData("append")]
    [InlineData("replace")]
    public async Task Copy_ToldToVerify_SaysThatItDid(string mode)
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await server.WriteFileAsync($"{mode}.parquet", Rows, Token);
        string[] copy = ["copy", $"parquet:{source}", server.Address(database, "t"), "--mode", mode, "--verify", "--output", "json"];
        CommandResult first = await Command.RunAsync(copy);
        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.True(first.Events[^1].GetProperty("verified").GetBoolean());

        await server.QueryAsync($"ALTER TABLE {database}.t UPDATE name = 'other' WHERE id = 7 SETTINGS mutations_sync = 1", Token);
        CommandResult again = await Command.RunAsync(copy);
        Assert.True(again.ExitCode == 4, again.ToString());
        Assert.Contains("verify.rows_differ", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_NoTable_EndsWithTwo()
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await server.WriteFileAsync("none.parquet", Rows, Token);
        CommandResult result = await Command.RunAsync("verify", $"parquet:{source}", server.Address(database, "t"));
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("clickhouse.table_missing", result.Error, StringComparison.Ordinal);
    }

    private async Task<(string Source, string To, string Table)> CopyAsync(string file)
    {
        string database = await server.NewDatabaseAsync(Token);
        string source = await server.WriteFileAsync(file, Rows, Token);
        string to = server.Address(database, "t");
        CommandResult copy = await Command.RunAsync("copy", $"parquet:{source}", to);
        Assert.True(copy.ExitCode == 0, copy.ToString());
        return (source, to, $"{database}.t");
    }
}
