using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;
using static BulkMover.EndToEnd.ComparedFiles;

namespace BulkMover.EndToEnd;

/// <summary>Tables of files that differ, compared by the built command: what it names of the difference.</summary>
public sealed class LakeDifferenceTests(ClickHouseServerFixture server)
{
    private readonly ComparedFiles files = new(server);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>The other side are the same rows with one change, in other files and in another order.</summary>
    [Theory]
    [InlineData("id, name, if(id = 250, price + 0.01, price)::Decimal(18, 2) AS price, list", "", "price", 1, 1, "250")]
    [InlineData("id, if(id = 251, NULL, name) AS name, price, list", "", "name", 1, 1, "251")]
    [InlineData("id, if(id = 250, '', name) AS name, price, list", "", "name", 1, 1, "250")]
    [InlineData("id, name, price, if(id = 250, reverse(list), list) AS list", "", "list", 1, 1, "250")]
    [InlineData("id, multiIf(id = 1, 'é3', id = 3, 'é1', name) AS name, price, list", "", "", 2, 2, "1,3")]
    [InlineData("*", "WHERE id <> 250", "id,name,price,list", 1, 0, "250")]
    [InlineData("*", "UNION ALL SELECT * FROM {rows} WHERE id = 250", "id,name,price,list", 0, 1, "250")]
    [InlineData("*", "WHERE id <> 250 UNION ALL SELECT * FROM {rows} WHERE id = 251", "id,name,price,list", 1, 1, "250,251")]
    public async Task Verify_OneChange_NamesColumnsAndFiles(string columns, string rows, string differing, int onlyInSource, int onlyInTarget, string ids)
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain, files: 4), read = $"file('{source}/*.parquet', Parquet)";
        string other = await files.WriteRowsAsync($"SELECT {columns} FROM {read} {rows.Replace("{rows}", read, StringComparison.Ordinal)}", "id % 3", "id DESC");

        CommandResult result = await DifferentAsync(place, "verify", $"parquet:{source}", $"parquet:{other}");

        JsonElement difference = result.Event("difference");
        Assert.Equal(differing, string.Join(',', difference.GetProperty("columns").EnumerateArray().Select(column => column.GetProperty("name").GetString())));
        JsonElement[] named = [.. result.Events.Where(e => e.GetProperty("event").GetString() == "file")];
        Assert.Equal(
            (onlyInSource, onlyInTarget),
            (named.Where(file => file.GetProperty("onlyIn").GetString() == "source").Sum(file => Number(file, "rows")), named.Where(file => file.GetProperty("onlyIn").GetString() == "target").Sum(file => Number(file, "rows"))));
        string[] paths = [.. named.Select(file => file.GetProperty("file").GetString()!)];
        Assert.Equal(paths.Where(file => file.StartsWith(source, StringComparison.Ordinal)), difference.GetProperty("files").EnumerateArray().Select(file => file.GetString()));
        // Those that have the rows, as ClickHouse finds them.
        foreach (string file in paths)
            Assert.NotEqual("0", (await server.QueryAsync($"SELECT count() FROM file('{file}', Parquet) WHERE id IN ({ids})", Token)).Trim());
    }

    [Fact]
    public async Task Verify_Rows_ShowsBothSidesWithTheirFiles()
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain), to = place.Address("delta");
        string other = await files.WriteRowsAsync($"SELECT id, if(id = 251, 'other', name) AS name, price, list FROM file('{source}/*.parquet', Parquet)", "1", "id");
        await DoneAsync(place, "copy", $"parquet:{other}", to, "--adopt", "never");
        string there = Assert.Single(Directory.GetFiles(Path.Combine(place.Path, "delta"), "*.parquet", SearchOption.AllDirectories));

        CommandResult result = await Command.RunAsync("verify", $"parquet:{source}", to, "--rows", "2");

        Assert.True(result.ExitCode == 4, result.ToString());
        string file = Assert.Single(Directory.GetFiles(source));
        Assert.StartsWith($"DIFFERENT  {Rows:N0} rows in the source, {Rows:N0} rows in the target\n  the table: values differ in 'name'\n", result.Output);
        Assert.Contains($"    1 row only in the source: {file}\n", result.Output);
        Assert.Contains($"    1 row only in the target: {there}\n", result.Output);
        Assert.Contains($"  only in the source, {file}: {{\"name\":\"é251\",\"id\":251,\"price\":251.00,\"list\":[251,252]}}\n", result.Output);
        Assert.Contains($"  only in the target, {there}: {{\"name\":\"other\",\"id\":251,\"price\":251.00,\"list\":[251,252]}}\n", result.Output);
        CommandResult one = await Command.RunAsync("verify", $"parquet:{source}", to, "--rows", "1", "--output", "json");
        Assert.Equal("source", one.Event("row").GetProperty("onlyIn").GetString());
    }

    /// <summary>More than the search holds: it says that it has looked at a part.</summary>
    [Fact]
    public async Task Verify_NearlyAllRowsDiffer_NamesFilesAndSaysThatMoreMayDiffer()
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteRowsAsync("SELECT toInt64(number) AS id FROM numbers(300000)", "id % 2", "id");
        string other = await files.WriteRowsAsync("SELECT toInt64(number + 1000000) AS id FROM numbers(300000)", "1", "id");

        CommandResult result = await DifferentAsync(place, "verify", $"parquet:{source}", $"parquet:{other}");

        Assert.Contains(result.Events, e => e.GetProperty("event").GetString() == "note" && e.GetProperty("message").GetString()!.Contains("other files may differ too", StringComparison.Ordinal));
        JsonElement[] named = [.. result.Events.Where(e => e.GetProperty("event").GetString() == "file")];
        Assert.Equal(3, named.Length);
        Assert.InRange(named.Sum(file => Number(file, "rows")), 100_000, 200_000);
    }

    /// <summary>Appended rows leave null what they lack, and so a null there is equal.</summary>
    [Fact]
    public async Task Verify_ColumnsThatOnlyTheTargetHas_AreEqualWhereTheyAreNull()
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await files.WriteAsync(Plain), read = $"file('{source}/*.parquet', Parquet)";
        string nulls = await files.WriteRowsAsync($"SELECT *, NULL::Nullable(Int64) AS more FROM {read}", "1", "id");
        string values = await files.WriteRowsAsync($"SELECT *, if(id = 5, 5, NULL)::Nullable(Int64) AS more FROM {read}", "1", "id");

        await DoneAsync(place, "verify", $"parquet:{source}", $"parquet:{nulls}");
        CommandResult different = await DifferentAsync(place, "verify", $"parquet:{source}", $"parquet:{values}");
        JsonElement column = Assert.Single(different.Event("difference").GetProperty("columns").EnumerateArray());
        Assert.Equal(("more", Rows, Rows - 1), (column.GetProperty("name").GetString(), Number(column, "nulls"), Number(column, "targetNulls")));
    }
}
