using System.Diagnostics;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Embedded;
using BulkMover.Testing.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Transfers;

/// <summary>
/// A transfer that dies at its n-th request, for every n: the same transfer again brings exactly the source's rows. Every row of the table in
/// decisions/0006 is one of these requests.
/// </summary>
public sealed class CrashTests(ClickHouseServerFixture server)
{
    private const string ByKey = "id % 3";

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(CopyMode.Create, "MergeTree", ByKey, Cut.BeforeRequest)]
    [InlineData(CopyMode.Create, "MergeTree", "", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Create, "ReplacingMergeTree", "", Cut.BeforeRequest)]
    [InlineData(CopyMode.Create, "ReplacingMergeTree", ByKey, Cut.BeforeAnswer)]
    [InlineData(CopyMode.Append, "MergeTree", ByKey, Cut.BeforeRequest)]
    [InlineData(CopyMode.Append, "MergeTree", "", Cut.BeforeRequest)]
    [InlineData(CopyMode.Append, "MergeTree", ByKey, Cut.BeforeAnswer)]
    [InlineData(CopyMode.Append, "MergeTree", "", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "MergeTree", ByKey, Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "MergeTree", "", Cut.BeforeAnswer)]
    [InlineData(CopyMode.Replace, "ReplacingMergeTree", ByKey, Cut.BeforeRequest)]
    [InlineData(CopyMode.Replace, "ReplacingMergeTree", "", Cut.BeforeAnswer)]
    public Task Copy_MoverDiesAtAnyRequest_TheNextRunCompletesIt(CopyMode mode, string engine, string partitionBy, Cut cut) =>
        TransferWorld.AtEachRequestAsync((int)mode + engine.Length + (int)cut, async request =>
        {
            TransferWorld world = await NewWorldAsync(mode, engine, partitionBy);
            if (!await world.DiesAsync(request, cut, () => { }))
                return false;
            await world.CompleteAsync($"request {request}");
            return true;
        });

    /// <summary>On file systems that cannot swap two names at once servers rename tables, and refuse to exchange them.</summary>
    [Theory]
    [InlineData(CopyMode.Create, ByKey)]
    [InlineData(CopyMode.Append, "")]
    public async Task Copy_ServerRefusesToExchangeTables_MovesThePartitionsOfAllChunks(CopyMode mode, string partitionBy)
    {
        TransferWorld world = await NewWorldAsync(mode, "MergeTree", partitionBy);
        await using var proxy = new CuttingProxy(server.Endpoint, _ => false, Cut.Delay) { Misread = ("EXCHANGE TABLES", "EXCHANGE NO ONE") };
        await world.RunAsync(new ServerEndpoint(proxy.Start(), "default", ""));
        Assert.Equal(1, proxy.Cuts);
        await world.CheckAsync("not exchanged");
    }

    [Theory]
    [InlineData("MergeTree", Cut.BeforeRequest)]
    [InlineData("ReplacingMergeTree", Cut.BeforeAnswer)]
    public Task Copy_MoverDiesAtAnyRequestOfACopyFromZero_TheNextRunCompletesOneOrTheOther(string engine, Cut cut) =>
        TransferWorld.AtEachRequestAsync(engine.Length, async request =>
        {
            TransferWorld world = await NewWorldAsync(CopyMode.Replace, engine, ByKey);
            await world.RunAsync(new ServerEndpoint(server.Endpoint, "default", ""));
            if (!await world.DiesAsync(request, cut, () => { }, isCompleteBefore: true))
                return false;
            await world.CompleteFromZeroAsync($"request {request}");
            return true;
        }, sparser: 4);

    [Theory]
    [InlineData(CopyMode.Create)]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public Task Copy_ServerIsKilledAtAnyRequest_TheNextRunCompletesIt(CopyMode mode) => TransferWorld.AtEachRequestAsync((int)mode, async request =>
    {
        string directory = Directory.CreateTempSubdirectory("bulkmover-crash-").FullName;
        try
        {
            await using (EmbeddedServer victim = await StartAsync(directory))
            {
                var world = new TransferWorld(new ServerEndpoint(victim.Endpoint, "default", ""), "w", mode, "MergeTree");
                await world.MakeDatabaseAsync();
                await world.PrepareAsync();
                if (!await world.DiesAsync(request, Cut.ServerKilled, () => Kill(victim.ProcessId)))
                    return false;
            }

            await using EmbeddedServer again = await StartAsync(directory);
            await new TransferWorld(new ServerEndpoint(again.Endpoint, "default", ""), "w", mode, "MergeTree").CompleteAsync($"request {request}");
            return true;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }, sparser: 3);

    private async Task<TransferWorld> NewWorldAsync(CopyMode mode, string engine, string partitionBy)
    {
        var world = new TransferWorld(new ServerEndpoint(server.Endpoint, "default", ""), await server.NewDatabaseAsync(Stopping), mode, engine, partitionBy);
        await world.PrepareAsync();
        return world;
    }

    private static Task<EmbeddedServer> StartAsync(string directory) => EmbeddedServer.StartAsync(new EmbeddedServerOptions(directory, TestHost.OfTests()), Stopping);

    private static void Kill(int id)
    {
        using Process process = Process.GetProcessById(id);
        process.Kill();
    }
}
