using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>The address <c>clickhouse+embedded:</c>, from opening to rows that are still there at the next start.</summary>
public sealed class EmbeddedTargetTests(ClickHouseServerFixture server) : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("bulkmover-target-").FullName;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Theory]
    [InlineData("t", "t")]
    [InlineData("new.t", "new.t")]
    [InlineData("my%20db.a%60b%2Ec", "`my db`.`a\\`b.c`")]
    public async Task Copy_AnyDatabase_IsThereAtTheNextStart(string name, string sql)
    {
        string data = Path.Combine(root, "my data");
        using var rows = new TargetFixture(server, "none");
        for (int run = 0; run < 2; run++)
        {
            await using ClickHouseTarget target = await ClickHouseTarget.OpenAsync(
                ClickHouseAddress.Parse($"clickhouse+embedded:{data}?table={name}"), new ClickHouseTableOptions(), WireCompression.Auto, TestHost.OfTests(), null, Stopping);
            TargetPlan plan = await target.PlanAsync(TargetFixture.Request(run == 0 ? CopyMode.Create : CopyMode.Replace), Stopping);
            await using TestLoad load = await TestLoad.BeginAsync(target, plan, rows.Limits, Stopping);
            await load.SendAsync(rows.Rows(0, 100 + run));
            await load.ArriveAsync();
            await load.CommitAsync(100 + run);
        }

        await using EmbeddedServer again = await EmbeddedServer.StartAsync(new EmbeddedServerOptions(data, TestHost.OfTests()), Stopping);
        using var http = new HttpClient { DefaultRequestHeaders = { ConnectionClose = true } };
        using HttpResponseMessage answer = await http.PostAsync(again.Endpoint, new StringContent($"SELECT count() FROM {sql}"), Stopping);
        Assert.Equal("101\n", await answer.Content.ReadAsStringAsync(Stopping));
        await UntilDroppedTablesAreGoneAsync(data);
    }

    /// <summary>What was replaced or dropped must not fill the disk.</summary>
    private static async Task UntilDroppedTablesAreGoneAsync(string data)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        string dropped = Path.Combine(data, "metadata_dropped");
        while (Directory.Exists(dropped) && Directory.EnumerateFileSystemEntries(dropped).Any())
            await Task.Delay(50, limit.Token);
    }

    [Fact]
    public async Task Name_AnyWayToWriteTheDirectory_IsTheSame()
    {
        string data = Path.Combine(root, "data");
        async Task<string> NameAsync(string directory)
        {
            await using ClickHouseTarget target = await ClickHouseTarget.OpenAsync(
                ClickHouseAddress.Parse($"clickhouse+embedded:{directory}?table=t"), new ClickHouseTableOptions(), WireCompression.Auto, TestHost.OfTests(), null, Stopping);
            return target.Name;
        }

        Assert.Equal(await NameAsync(data), await NameAsync(Path.Combine(root, "x", "..", "data")));
    }
}
