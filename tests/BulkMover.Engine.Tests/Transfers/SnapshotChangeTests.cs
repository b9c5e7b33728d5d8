using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

/// <summary>What has arrived of one snapshot counts for another one only where that has the very same rows of the file.</summary>
public sealed class SnapshotChangeTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CountGone_TheSnapshotHasMoreFilesInAnotherOrder_NoneIsGone()
    {
        World world = await CopiedAsync();
        (world.Table.Files, world.Table.Reversed) = (world.Table.Files + 3, true);

        Assert.Equal(0, await CountGoneAsync(world));
    }

    [Fact]
    public async Task CountGone_AFileWasRemoved_IsGone()
    {
        World world = await CopiedAsync();
        world.Table.Files--;

        Assert.Equal(1, await CountGoneAsync(world));
    }

    [Fact]
    public async Task CountGone_AFileIsListedOnceLess_IsGone()
    {
        World world = await CopiedAsync(table => table.Repeats = 2);
        world.Table.Repeats = 1;

        Assert.Equal(world.Table.Files, await CountGoneAsync(world));
    }

    [Fact]
    public async Task CountGone_RowsWereDeletedSince_AllFilesWithOthersAreGone()
    {
        World world = await CopiedAsync(table => table.Deletes = new FakeTable.FakeDeletes(10, null, identity: 1));
        Assert.Equal(0, await CountGoneAsync(world));

        world.Table.Deletes = new FakeTable.FakeDeletes(10, null, identity: 2);
        Assert.Equal(world.Table.Files, await CountGoneAsync(world));

        world.Table.Deletes = null;
        Assert.Equal(world.Table.Files, await CountGoneAsync(world));
    }

    [Fact]
    public async Task CountGone_TheColumnsAreReadOtherwise_AllAreGone()
    {
        World world = await CopiedAsync();

        Assert.Equal(world.Table.Files, await CountGoneAsync(world, columns: ["id"]));
    }

    private static async Task<World> CopiedAsync(Action<FakeTable>? with = null)
    {
        var world = new World { Options = new CopyOptions { Readers = 3, Writers = 2, ChunkBytes = 1, Patience = TimeSpan.Zero } };
        with?.Invoke(world.Table);
        await world.CopyAsync(Stopping);
        return world;
    }

    private static Task<long> CountGoneAsync(World world, IReadOnlyList<string>? columns = null) => SnapshotChange.CountGoneAsync(
        [.. world.Target.Tasks.Values.Select(tasks => new ArrivedChunk(tasks, 0))], world.Table, new Scan(world.Table, columns, null), Stopping);
}
