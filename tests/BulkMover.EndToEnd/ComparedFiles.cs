using System.Text.Json;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>Files that ClickHouse writes to be compared, and commands that are known to end in one way.</summary>
internal sealed class ComparedFiles(ClickHouseServerFixture server)
{
    public const int Rows = 1_000;

    public const string Plain = "toInt64(number) AS id, if(number % 10 = 0, NULL, concat('é', toString(number))) AS name, toDecimal64(number, 2) AS price, [number, number + 1] AS list";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <returns>A directory of Parquet files, in which the rows are in order.</returns>
    public Task<string> WriteAsync(string columns, int files = 1) =>
        WriteRowsAsync($"SELECT {columns} FROM numbers({Rows})", $"intDiv(id, {(Rows + files - 1) / files})", "id");

    /// <returns>A directory of Parquet files, one for each value of <paramref name="partition"/>.</returns>
    public async Task<string> WriteRowsAsync(string rows, string partition, string order)
    {
        string directory = Path.Combine(server.FilesDirectory, $"verify-{Guid.NewGuid():N}");
        await server.QueryAsync($"INSERT INTO FUNCTION file('{directory}/{{_partition_id}}.parquet', Parquet) PARTITION BY {partition} SELECT * FROM ({rows}) ORDER BY {order}", Token);
        return directory;
    }

    public static int Number(JsonElement json, string property) => json.GetProperty(property).GetInt32();

    /// <returns>The event with which it finished.</returns>
    public static async Task<JsonElement> DoneAsync(LakePlace place, params string[] arguments)
    {
        CommandResult result = await Command.RunAsync(place.Environment, [.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 0, result.ToString());
        return result.Event("finished");
    }

    public static async Task<CommandResult> DifferentAsync(LakePlace place, params string[] arguments)
    {
        CommandResult result = await Command.RunAsync(place.Environment, [.. arguments, "--output", "json"]);
        Assert.True(result.ExitCode == 4, result.ToString());
        Assert.False(result.Event("finished").GetProperty("verified").GetBoolean());
        return result;
    }
}
