using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.EndToEnd;

/// <summary>The engine that the command brings along.</summary>
public sealed class EmbeddedTargetTests(ClickHouseServerFixture server) : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("bulkmover embedded %20 ").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task Copy_ToTheEmbeddedEngine_CanBeQueriedAfterwards()
    {
        string source = Path.Combine(server.FilesDirectory, "embedded.parquet");
        await server.QueryAsync($"INSERT INTO FUNCTION file('{source}') SELECT number AS id FROM numbers(100000)", Token);

        string data = Path.Combine(directory, "data");
        CommandResult result = await Command.RunAsync(
            "copy", $"parquet:{source}", $"clickhouse+embedded:{Uri.EscapeDataString(data)}?table=demo.numbers", "--output", "json");

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Equal(100_000, result.Event("finished").GetProperty("rows").GetInt64());
        Assert.Equal("100000\t4999950000\n", await QueryAsync(data, "SELECT count(), sum(id) FROM demo.numbers"));
    }

    private static async Task<string> QueryAsync(string data, string sql)
    {
        await using EmbeddedServer engine = await EmbeddedServer.StartAsync(new EmbeddedServerOptions(data, TestHost.OfTests()), Token);
        using var http = new HttpClient();
        using HttpResponseMessage answer = await http.PostAsync(engine.Endpoint, new StringContent(sql), Token);
        return await answer.Content.ReadAsStringAsync(Token);
    }
}
