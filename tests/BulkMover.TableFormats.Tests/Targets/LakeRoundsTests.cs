using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>
/// How often a store that is far is waited for, by a copy of one file: what does not need another's answer is asked together with it, and nothing that is known.
/// </summary>
public sealed class LakeRoundsTests
{
    /// <summary>Some stores ignore the condition: that is found out before anything rests on it.</summary>
    private static readonly string[] TrialGoesOn = ["new:trial", "delete:trial"];

    private static readonly string[] End = ["new:entry-4", "put:entry-2"];

    [Fact]
    public Task Copy_NewIcebergTable_IsAskedInTheseRounds() => AssertRoundsAsync("iceberg", CopyMode.Create,
    [
        "list:ledger get:hint list:metadata",
        "new:trial get:hint list:metadata", .. TrialGoesOn, .. Arrival("get:hint list:metadata"),
        "get:hint list:metadata", "get:entry-2", "put:manifest", "put:manifests", "new:v1", "put:hint", .. End,
    ]);

    [Fact]
    public Task Copy_IcebergTableIsThere_IsAskedInTheseRounds() => AssertRoundsAsync("iceberg", CopyMode.Append,
    [
        "list:ledger get:hint list:metadata", "get:v1",
        "new:trial get:hint list:metadata", "new:trial get:v1", "delete:trial", .. Arrival("get:hint list:metadata", "get:v1"),
        "get:hint list:metadata", "get:v1", "get:entry-2", "put:manifest", "get:manifests", "put:manifests", "new:v2", "put:hint", .. End,
    ]);

    [Fact]
    public Task Copy_NewDeltaTable_IsAskedInTheseRounds() => AssertRoundsAsync("delta", CopyMode.Create,
    [
        "list:ledger list:_delta_log", "list:table",
        "new:trial list:_delta_log", .. TrialGoesOn, .. Arrival("list:_delta_log"),
        "list:_delta_log", "get:entry-2", "new:commit-0", .. End,
    ]);

    [Fact]
    public Task Copy_DeltaTableIsThere_IsAskedInTheseRounds() => AssertRoundsAsync("delta", CopyMode.Append,
    [
        "list:ledger list:_delta_log", "get:commit-1 get:commit-0",
        "new:trial list:_delta_log", "new:trial get:commit-1 get:commit-0", "delete:trial", .. Arrival("list:_delta_log", "get:commit-1 get:commit-0"),
        "list:_delta_log", "get:commit-1 get:commit-0", "get:entry-2", "new:commit-2", .. End,
    ]);

    [Fact]
    public Task Copy_NewDirectory_IsAskedInTheseRounds() => AssertRoundsAsync("parquet", CopyMode.Create,
    [
        "list:ledger list:_delta_log list:metadata list:table",
        "new:trial list:table", .. TrialGoesOn, .. Arrival(),
        "get:entry-2", "copy:file", "delete:file", "list:files", .. End,
    ]);

    [Fact]
    public Task Copy_DirectoryIsThere_IsAskedInTheseRounds() => AssertRoundsAsync("parquet", CopyMode.Append,
    [
        "list:ledger list:_delta_log list:metadata list:table", "get:file",
        "new:trial list:table", .. TrialGoesOn, .. Arrival(),
        "get:entry-2", "copy:file", "delete:file", "list:files", .. End,
    ]);

    /// <summary>What is parsed at the same time is bounded: entries of chunks may have megabytes.</summary>
    [Theory]
    [InlineData(1 << 10, "get:entry-1 get:entry-2 get:entry-3")]
    [InlineData(4 << 20, "get:entry-1", "get:entry-2", "get:entry-3")]
    public async Task Read_EntriesOfATransfer_AreReadAheadByTheirSize(int taskBytes, params string[] rounds)
    {
        (MemoryObjectStore objects, TransferId transfer) = await EnterChunksAsync(taskBytes);
        var store = new RoundsStore(objects, ["list:ledger", .. rounds]);

        TransferState state = await new TransferLedger(store, LakeCopy.Root).ReadAsync(transfer, TestContext.Current.CancellationToken);

        Assert.Equal((3, 3), (state.LastEntry, state.Arrived.Count));
        Assert.Equal(1 + rounds.Length, store.Answered);
    }

    [Fact]
    public async Task Records_EntriesOfATransferAreLarge_AreReadOneAfterAnother()
    {
        (MemoryObjectStore objects, _) = await EnterChunksAsync(4 << 20);
        string[] rounds = ["list:ledger", "get:entry-1", "get:entry-2", "get:entry-3"];
        var store = new RoundsStore(objects, rounds);

        await new TransferLedger(store, LakeCopy.Root).RecordsAsync("orders", TestContext.Current.CancellationToken);

        Assert.Equal(rounds.Length, store.Answered);
    }

    private static async Task<(MemoryObjectStore Objects, TransferId Transfer)> EnterChunksAsync(int taskBytes)
    {
        var objects = new MemoryObjectStore();
        var ledger = new TransferLedger(objects, LakeCopy.Root);
        var state = new TransferState(TransferId.Of("copy"));
        for (int chunk = 0; chunk < 3; chunk++)
            await ledger.AddAsync(state, new ChunkArrived(chunk, 1, new byte[taskBytes], []), TestContext.Current.CancellationToken);
        return (objects, state.Transfer);
    }

    /// <summary>The file, the entries, and whether another run has the transfer.</summary>
    private static string[] Arrival(params string[] table) => ["new:entry-1", "put:file", "new:entry-2", .. table, "get:entry-2", "list:files", "new:entry-3", "head:entry-4"];

    /// <summary>Where rows are added, others are there; in a Delta table by two commits.</summary>
    private static async Task AssertRoundsAsync(string format, CopyMode mode, string[] rounds)
    {
        var objects = new MemoryObjectStore();
        LakeCopy[] before = [.. Enumerable.Range(0, mode != CopyMode.Append ? 0 : format == "delta" ? 2 : 1).Select(number => new LakeCopy(format, objects)
        {
            Mode = CopyMode.Append, Chunks = 1, FirstId = 1000 * number, Transfer = TransferId.Of($"before {number}"),
        })];
        foreach (LakeCopy other in before)
            await other.RunAsync(objects);
        var copy = new LakeCopy(format, objects) { Mode = mode, Chunks = 1, FirstId = 5000 };
        var store = new RoundsStore(objects, rounds);

        Assert.Equal(copy.Rows.Count(), await copy.RunAsync(store));

        Assert.Equal(rounds.Length, store.Answered);
        Assert.Equal([.. before.SelectMany(other => other.Rows), .. copy.Rows], await copy.ReadAsync());
    }
}
