using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Files in which ClickHouse has deleted rows, copied as they are from table to table by the built command; ClickHouse finds the rows that are left.</summary>
public sealed class AdoptedDeletesTests(ClickHouseServerFixture server)
{
    private const int Rows = 3_000, RowsLeft = 2_700, Files = 2;

    private const string WriteSettings = "SETTINGS allow_insert_into_iceberg = 1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("delta", "iceberg")]
    [InlineData("iceberg", "delta")]
    public async Task Copy_FilesWithDeletedRows_AreAdoptedByOneFormatAfterTheOther(string first, string second)
    {
        var place = LakePlace.NewOnDisk(server);
        string source = await WriteSourceAsync(), rows = $"icebergLocal('{source}')";

        Assert.Equal(Files, Number(await DoneAsync(place, "planned", "plan", $"iceberg:{source}", place.Address(first)), "adoptableFiles"));
        await AssertAdoptedAsync(place, $"iceberg:{source}", first, "create", RowsLeft);
        await AssertSameAsync(rows, place.Table(first));

        await AssertAdoptedAsync(place, place.Address(first), second, "create", RowsLeft);
        await AssertSameAsync(rows, place.Table(second));

        await AssertAdoptedAsync(place, $"iceberg:{source}", first, "append", RowsLeft);
        await AssertSameAsync($"(SELECT * FROM {rows} UNION ALL SELECT * FROM {rows})", place.Table(first));

        await DoneAsync(place, "finished", "copy", $"iceberg:{source}", place.Address(first), "--mode", "replace", "--where", "id >= 100");
        await AssertSameAsync($"(SELECT * FROM {rows} WHERE id >= 100)", place.Table(first));

        await AssertAdoptedAsync(place, $"iceberg:{source}", second, "replace", RowsLeft);
        await AssertSameAsync(rows, place.Table(second));
    }

    /// <returns>The directory of an Iceberg table.</returns>
    private async Task<string> WriteSourceAsync()
    {
        string directory = Path.Combine(server.FilesDirectory, $"deleted-{Guid.NewGuid():N}"), table = $"default.deleted_{Guid.NewGuid():N}";
        await server.QueryAsync($"CREATE TABLE {table} (id Int64, name Nullable(String), day Date32) ENGINE = IcebergLocal('{directory}/', 'Parquet')", Token);
        for (int file = 0; file < Files; file++)
        {
            await server.QueryAsync(
                $"INSERT INTO {table} SELECT toInt64(number), if(number % 7 = 0, NULL, concat('é', toString(number))), toDate32('2020-01-01') + number % 1000 "
                + $"FROM numbers({file * Rows / Files}, {Rows / Files}) {WriteSettings}", Token);
        }

        await server.QueryAsync($"ALTER TABLE {table} DELETE WHERE id % 10 = 3 {WriteSettings}", Token);
        return directory;
    }

    private static async Task AssertAdoptedAsync(LakePlace place, string source, string format, string mode, int rows)
    {
        JsonElement copied = await DoneAsync(place, "finished", "copy", source, place.Address(format), "--mode", mode, "--adopt", "require");

        Assert.Equal((rows, Files), (Number(copied, "rows"), Number(copied, "adoptedFiles")));
    }

    /// <summary>As many rows, and the same values.</summary>
    private async Task AssertSameAsync(string rows, string table) => Assert.Equal(await SumsAsync(rows), await SumsAsync(table));

    private Task<string> SumsAsync(string table) =>
        server.QueryAsync($"SELECT count(), sum(cityHash64(id, ifNull(name, 'null'), toString(day))) FROM {table}", Token);

    private static async Task<JsonElement> DoneAsync(LakePlace place, string ending, params string[] arguments)
    {
        CommandResult result = await Command.RunAsync(place.Environment, [.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Event(ending);
    }

    private static long Number(JsonElement json, string property) => json.GetProperty(property).GetInt64();
}
