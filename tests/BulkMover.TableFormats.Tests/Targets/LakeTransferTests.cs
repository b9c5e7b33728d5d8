using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Targets;
using BulkMover.TableFormats.Tests.Delta.Writing;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Targets;

/// <summary>Copies into tables of files, killed wherever a program can be: no row twice, none lost, no file left over.</summary>
public sealed class LakeTransferTests
{
    /// <summary>More calls than any of the copies makes.</summary>
    private const int MostCalls = 200;

    private static readonly string[] Formats = ["parquet", "delta", "mapped", "iceberg", LakeCopy.Version3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>By format and mode; with partitions or without; of rows, or of files that are adopted with deleted rows in them.</summary>
    public static TheoryData<string, CopyMode, bool, bool> Copies
    {
        get
        {
            var copies = new TheoryData<string, CopyMode, bool, bool>();
            foreach (string format in Formats)
            {
                foreach (CopyMode mode in Enum.GetValues<CopyMode>())
                {
                    foreach (bool isPartitioned in (bool[])[false, true])
                    {
                        copies.Add(format, mode, isPartitioned, false);
                        if (format != "parquet")
                            copies.Add(format, mode, isPartitioned, true);
                    }
                }
            }

            return copies;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Copy_DirectoryInAStoreThatCopiesNothing_FilesPassThroughToTheirPlaces(bool isPartitioned)
    {
        var objects = new MemoryObjectStore();
        LakeCopy copy = New("parquet", objects, CopyMode.Create, isPartitioned, isAdopting: false);

        Assert.Equal(copy.Rows.Count(), await copy.RunAsync(new WritableMemoryStore(objects)));

        Assert.Equal(copy.Rows, await copy.ReadAsync());
        await AssertNothingIsLeftOverAsync(objects, copy);
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task Copy_KilledAtAnyCall_GoesOnToTheSameRows(string format, CopyMode mode, bool isPartitioned, bool isAdopting)
    {
        foreach (bool hasEffect in (bool[])[false, true])
        {
            bool hasDied = true;
            for (int deadAt = 0; hasDied; deadAt++)
            {
                Assert.InRange(deadAt, 0, MostCalls);
                var objects = new MemoryObjectStore();
                IReadOnlyList<string> before = await PrepareAsync(format, objects, mode, isPartitioned, isAdopting);
                LakeCopy copy = New(format, objects, mode, isPartitioned, isAdopting);
                var dying = new FailingStore(objects, deadAt, hasEffect);
                try
                {
                    await copy.RunAsync(dying);
                }
                catch (EnvironmentException error) when (error.Code == "test.dead")
                {
                    // As a program that is killed.
                }

                hasDied = dying.IsDead;
                Assert.Equal(copy.Rows.Count(), await copy.RunAsync(objects));
                Assert.Equal(copy.Rows.Count(), await copy.RunAsync(objects));
                Assert.Equal(Expected(mode, before, copy), await copy.ReadAsync());
                await AssertNothingIsLeftOverAsync(objects, copy);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Copies))]
    public async Task Discard_CopyKilledAtAnyCall_LeavesWhatReadersSaw(string format, CopyMode mode, bool isPartitioned, bool isAdopting)
    {
        for (int deadAt = 0; deadAt < MostCalls; deadAt++)
        {
            var objects = new MemoryObjectStore();
            IReadOnlyList<string> before = await PrepareAsync(format, objects, mode, isPartitioned, isAdopting);
            LakeCopy copy = New(format, objects, mode, isPartitioned, isAdopting);
            var dying = new FailingStore(objects, deadAt, hasEffect: true);
            try
            {
                await copy.RunAsync(dying);
            }
            catch (EnvironmentException error) when (error.Code == "test.dead")
            {
                // As a program that is killed.
            }

            await using LakeTarget target = copy.Open(objects);
            TransferRecord? record = (await target.TransfersAsync(Token)).SingleOrDefault(its => its.Transfer == copy.Transfer);
            if (record is null)
                continue;
            if (record.HasArrived || record.IsComplete)
                return;
            await target.DiscardAsync(copy.Transfer, Token);

            Assert.DoesNotContain(await target.TransfersAsync(Token), its => its.Transfer == copy.Transfer);
            Assert.DoesNotContain(objects.Locations, location => IsFileOf(copy, location));
            if (mode != CopyMode.Create)
                Assert.Equal(before, await copy.ReadAsync());
        }
    }

    [Fact]
    public async Task Files_AnotherRunHasComeToItsEnd_TheTransferIsLost()
    {
        var objects = new MemoryObjectStore();
        LakeCopy copy = New("delta", objects, CopyMode.Create, isPartitioned: false);
        var ledger = new TransferLedger(new WritableMemoryStore(objects), LakeCopy.Root);
        TransferState state = await ledger.ReadAsync(copy.Transfer, Token);
        for (int deadAt = 0; !state.ChunkEntries.Any(); deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            await Assert.ThrowsAsync<EnvironmentException>(() => copy.RunAsync(new FailingStore(objects, deadAt, hasEffect: true)));
            state = await ledger.ReadAsync(copy.Transfer, Token);
        }

        await copy.RunAsync(objects);

        var error = await Assert.ThrowsAsync<TargetException>(async () => await ledger.FilesAsync(state, Token).CountAsync(Token));
        Assert.Equal("lake.transfer_runs_elsewhere", error.Code);
    }

    /// <summary>All rows had arrived, so no entry of its own tells the run that it is behind: those of its chunks do, which are read for each try.</summary>
    [Fact]
    public async Task Commit_OthersWereFirstAndTheCopyWasDiscarded_BringsNoRow()
    {
        var objects = new MemoryObjectStore();
        var other = new LakeCopy("delta", objects) { Mode = CopyMode.Append, FirstId = 1000, Transfer = TransferId.Of("other") };
        var copy = new LakeCopy("delta", objects) { Mode = CopyMode.Append };
        await using LakeTarget target = copy.Open(objects);
        var store = new InterruptedStore(objects)
        {
            BeforeCommit = async () =>
            {
                await other.RunAsync(objects);
                await target.DiscardAsync(copy.Transfer, Token);
            },
        };

        var error = await Assert.ThrowsAsync<TargetException>(() => copy.RunAsync(store));

        Assert.Equal("lake.transfer_runs_elsewhere", error.Code);
        Assert.Equal(other.Rows, await copy.ReadAsync());
    }

    [Fact]
    public async Task Transfers_CompleteCopies_AreToldByOneEntryEachAsByAll()
    {
        const int Copies = 3;
        var objects = new MemoryObjectStore();
        LakeCopy[] copies = [.. Enumerable.Range(0, Copies).Select(number => new LakeCopy("delta", objects)
        {
            Mode = CopyMode.Append, FirstId = number * 1000, Transfer = TransferId.Of($"copy {number}"),
        })];
        foreach (LakeCopy copy in copies)
            await copy.RunAsync(objects);
        await using LakeTarget target = copies[0].Open(objects);
        objects.Opened.Clear();

        IReadOnlyList<TransferRecord> told = await target.TransfersAsync(Token);

        Assert.Equal(Copies, objects.Opened.Count);
        foreach (LakeCopy copy in copies)
        {
            Assert.Equal((await target.PlanAsync(copy.Request, Token)).Earlier, told.Single(record => record.Transfer == copy.Transfer));
        }
    }

    [Fact]
    public async Task Copy_AnotherRunTakesOver_TheFirstEndsWithoutHarm()
    {
        var objects = new MemoryObjectStore();
        LakeCopy copy = New("parquet", objects, CopyMode.Create, isPartitioned: false);
        await using LakeTarget target = copy.Open(objects);
        var store = new FailingStore(objects, deadAt: 6, hasEffect: true);
        await Assert.ThrowsAsync<EnvironmentException>(() => copy.RunAsync(store));
        TargetPlan stale = await target.PlanAsync((await PlanOf(copy, target)).Request, Token);
        await copy.RunAsync(objects);

        TargetException error = await Assert.ThrowsAsync<TargetException>(() => target.BeginAsync(stale, new LoadLimits(1, 1 << 20), Token));

        Assert.Equal("lake.transfer_runs_elsewhere", error.Code);
        Assert.Equal(copy.Rows, await copy.ReadAsync());
    }

    [Theory]
    [InlineData(CopyMode.Append)]
    [InlineData(CopyMode.Replace)]
    public async Task Copy_CompleteAndAskedToRestart_CopiesAgain(CopyMode mode)
    {
        foreach (string format in Formats)
        {
            var objects = new MemoryObjectStore();
            IReadOnlyList<string> before = await PrepareAsync(format, objects, mode, isPartitioned: false);
            LakeCopy copy = New(format, objects, mode, isPartitioned: false);
            await copy.RunAsync(objects);

            await new LakeCopy(format, objects) { Mode = mode, FirstId = copy.FirstId, Restart = true }.RunAsync(objects);

            string[] expected = [.. before.Concat(copy.Rows).Concat(copy.Rows).OrderBy(LakeCopy.IdOf)];
            Assert.Equal(mode == CopyMode.Append ? expected : [.. copy.Rows], await copy.ReadAsync());
        }
    }

    /// <summary>Iceberg spec, "Row Lineage for Upgraded Tables", and "position delete files must not be added to v3 tables": only deleted rows are written otherwise.</summary>
    [Theory]
    [InlineData(false, 2, 3, true)]
    [InlineData(true, 2, 3, false)]
    [InlineData(false, 3, 2, false)]
    public async Task Copy_TableIsOfAnotherVersionAfterTheFirstChunk_GoesOnIfItWasUpgradedAndNoRowsAreDeleted(bool isAdopting, int before, int after, bool goesOn)
    {
        var objects = new MemoryObjectStore();
        LakeCopy copy = New(LakeCopy.Version3, objects, CopyMode.Append, isPartitioned: false, isAdopting);
        copy.MakeTable();
        LakeCopy.AlterTable(objects, document => SetVersion(document, before));
        await copy.RunOneChunkAsync();
        LakeCopy.AlterTable(objects, document => SetVersion(document, after));

        if (!goesOn)
        {
            Assert.Equal("lake.table_changed", (await Assert.ThrowsAsync<TargetException>(() => copy.RunAsync(objects))).Code);
            return;
        }

        Assert.Equal(copy.Rows.Count(), await copy.RunAsync(objects));
        Assert.Equal(copy.Rows, await copy.ReadAsync());

        static void SetVersion(JsonObject document, int version)
        {
            document["format-version"] = version;
            if (version == 3)
                document["next-row-id"] = 0;
            else
                document.Remove("next-row-id");
        }
    }

    /// <summary>What is left of a discarded copy must never pass for the whole.</summary>
    [Theory]
    [MemberData(nameof(Copies))]
    public async Task Discard_KilledAtAnyCall_TheNextCopyBringsAllRows(string format, CopyMode mode, bool isPartitioned, bool isAdopting)
    {
        bool hasDied = true;
        for (int deadAt = 0; hasDied; deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            (MemoryObjectStore objects, IReadOnlyList<string> before, LakeCopy copy) = await RunUntilAllArrivedAsync(format, mode, isPartitioned, isAdopting);
            var dying = new FailingStore(objects, deadAt, hasEffect: true);
            try
            {
                await using LakeTarget target = copy.Open(dying);
                await target.DiscardAsync(copy.Transfer, Token);
            }
            catch (EnvironmentException error) when (error.Code == "test.dead")
            {
                // As a program that is killed.
            }

            hasDied = dying.IsDead;
            try
            {
                await copy.RunAsync(objects);
            }
            catch (TargetException error) when (error.Code == "lake.being_discarded")
            {
                await using LakeTarget target = copy.Open(objects);
                await target.DiscardAsync(copy.Transfer, Token);
                await copy.RunAsync(objects);
            }

            Assert.Equal(Expected(mode, before, copy), await copy.ReadAsync());
        }
    }

    /// <summary>Whether the rows were visible already or not: nothing that is part of the table may go.</summary>
    [Theory]
    [InlineData("delta")]
    [InlineData("iceberg")]
    [InlineData(LakeCopy.Version3)]
    public async Task Restart_CopyKilledAtAnyCall_TheTableIsWhole(string format)
    {
        bool hasDied = true;
        for (int deadAt = 0; hasDied; deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            var objects = new MemoryObjectStore();
            IReadOnlyList<string> before = await PrepareAsync(format, objects, CopyMode.Append, isPartitioned: false);
            LakeCopy copy = New(format, objects, CopyMode.Append, isPartitioned: false);
            var dying = new FailingStore(objects, deadAt, hasEffect: true);
            try
            {
                await copy.RunAsync(dying);
            }
            catch (EnvironmentException error) when (error.Code == "test.dead")
            {
                // As a program that is killed.
            }

            hasDied = dying.IsDead;
            IReadOnlyList<string> visible = await copy.ReadAsync();
            await new LakeCopy(format, objects) { Mode = CopyMode.Append, FirstId = copy.FirstId, Restart = true }.RunAsync(objects);

            Assert.True(visible.Count == before.Count || visible.Count == before.Count + copy.Rows.Count());
            Assert.Equal([.. visible.Concat(copy.Rows).OrderBy(LakeCopy.IdOf)], await copy.ReadAsync());
        }
    }

    [Fact]
    public async Task Replace_RepeatedAfterItsPublication_LeavesWhatOthersHavePutThere()
    {
        var objects = new MemoryObjectStore();
        await PrepareAsync("parquet", objects, CopyMode.Replace, isPartitioned: false);
        LakeCopy copy = New("parquet", objects, CopyMode.Replace, isPartitioned: false);
        for (int deadAt = 0; !objects.Locations.Any(location => location.Name.StartsWith("replaced-", StringComparison.Ordinal)); deadAt++)
        {
            Assert.InRange(deadAt, 0, MostCalls);
            objects = new MemoryObjectStore();
            await PrepareAsync("parquet", objects, CopyMode.Replace, isPartitioned: false);
            copy = New("parquet", objects, CopyMode.Replace, isPartitioned: false);
            await DiesAsync(copy, objects, deadAt);
        }

        var others = new LakeCopy("parquet", objects) { Transfer = TransferId.Of("others"), Mode = CopyMode.Append, FirstId = 5000, Chunks = 1 };
        await others.RunAsync(objects);

        await copy.RunAsync(objects);

        Assert.Equal([.. copy.Rows, .. others.Rows], await copy.ReadAsync());
    }

    [Fact]
    public async Task Send_NearlyAllRowsAreOfOnePartition_HoldsNoMoreThanTheLaneMay()
    {
        var objects = new MemoryObjectStore();
        var copy = new LakeCopy("parquet", objects) { PartitionBy = ["place"] };
        await using LakeTarget target = copy.Open(objects);
        TargetPlan plan = await target.PlanAsync(copy.Request, Token);
        await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(Writers: 1, HeldBytes: 600_000), Token);
        await using IChunkLoad chunk = await load.BeginChunkAsync(0, Token);
        (long held, long most) = (0, 0);
        for (int i = 0; i < 100; i++)
        {
            foreach (IEncodedBlock block in load.Encode(LakeCopy.Skewed(rows: 1000)))
            {
                long bytes = block.HeldBytes;
                held += bytes;
                block.OnDisposed(() => held -= bytes);
                await chunk.SendAsync(block, 0, Token);
            }

            most = Math.Max(most, held);
        }

        Assert.InRange(most, 1, 600_000);
    }

    /// <summary>Parts on their way into the store, and rows that wait for a row group: of several chunks and lanes, with and without partitions.</summary>
    [Theory]
    [InlineData(false, 2_000_000, 100_000)]
    [InlineData(false, 500_000, 100_000)]
    [InlineData(true, 2_000_000, 100_000)]
    [InlineData(true, 500_000, 100_000)]
    public async Task Send_WritersHoldParts_HoldsNoMoreThanTheLoadMay(bool isPartitioned, long limit, long writerBytes)
    {
        const int Writers = 4;
        (var objects, long rows, long held, long most) = (new MemoryObjectStore(), 0L, 0L, 0L);
        var store = new HoldingStore(objects, writerBytes);
        LakeCopy copy = New("parquet", objects, CopyMode.Create, isPartitioned);
        await using LakeTarget target = copy.Open(store);
        await using ITargetLoad load = await target.BeginAsync(await target.PlanAsync(copy.Request, Token), new LoadLimits(Writers, limit), Token);
        await using IChunkLoad first = await load.BeginChunkAsync(0, Token), second = await load.BeginChunkAsync(1, Token);
        for (int i = 0; i < 400; i++)
        {
            foreach (IEncodedBlock block in load.Encode(LakeCopy.Skewed(rows: 1000)))
            {
                (long bytes, rows) = (block.HeldBytes, rows + block.Rows);
                held += bytes;
                block.OnDisposed(() => Interlocked.Add(ref held, -bytes));
                await (i % 3 == 0 ? second : first).SendAsync(block, i % Writers, Token);
            }

            most = Math.Max(most, held + store.HeldBytes);
        }

        Assert.InRange(most, 1, limit);
        // Where there is hardly any room, all rows may be on disk.
        Assert.InRange(store.HeldBytes, limit > 10 * writerBytes ? writerBytes : 0, load.WriterBytes);
        await first.CommitAsync(266_000, default, Token);
        await second.CommitAsync(134_000, default, Token);
        Assert.Equal(400_000, await load.CommitAsync(rows, Token));
        Assert.Equal(0, held + store.HeldBytes);
    }

    [Fact]
    public async Task Begin_NoRoomForPartsAndRows_IsRefusedBeforeARowMoves()
    {
        var objects = new MemoryObjectStore();
        LakeCopy copy = New("parquet", objects, CopyMode.Create, isPartitioned: false);
        await using LakeTarget target = copy.Open(new HoldingStore(objects, 100_000));
        TargetPlan plan = await target.PlanAsync(copy.Request, Token);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => target.BeginAsync(plan, new LoadLimits(Writers: 2, HeldBytes: 200_000), Token));

        Assert.Equal("lake.memory_too_small", error.Code);
        Assert.Contains("2 times as much --memory", error.Message, StringComparison.Ordinal);
    }

    private static async Task<TargetPlan> PlanOf(LakeCopy copy, LakeTarget target) => await target.PlanCommitAsync(copy.Transfer, verify: false, Token);

    private static async Task<bool> DiesAsync(LakeCopy copy, MemoryObjectStore objects, int deadAt)
    {
        var dying = new FailingStore(objects, deadAt, hasEffect: true);
        try
        {
            await copy.RunAsync(dying);
        }
        catch (EnvironmentException error) when (error.Code == "test.dead")
        {
            // As a program that is killed.
        }

        return dying.IsDead;
    }

    /// <summary>Just before any of it is visible.</summary>
    private static async Task<(MemoryObjectStore Objects, IReadOnlyList<string> Before, LakeCopy Copy)> RunUntilAllArrivedAsync(string format, CopyMode mode, bool isPartitioned, bool isAdopting)
    {
        for (int deadAt = 0; deadAt < MostCalls; deadAt++)
        {
            var objects = new MemoryObjectStore();
            IReadOnlyList<string> before = await PrepareAsync(format, objects, mode, isPartitioned, isAdopting);
            LakeCopy copy = New(format, objects, mode, isPartitioned, isAdopting);
            await DiesAsync(copy, objects, deadAt);
            await using LakeTarget target = copy.Open(objects);
            if ((await target.TransfersAsync(Token)).Any(record => record.Transfer == copy.Transfer && record.HasArrived))
                return (objects, before, copy);
        }

        throw new InvalidOperationException("It never came so far.");
    }

    private static LakeCopy New(string format, MemoryObjectStore objects, CopyMode mode, bool isPartitioned, bool isAdopting = false) =>
        new(format, objects) { Mode = mode, FirstId = 1000, PartitionBy = isPartitioned ? ["place"] : null, IsAdopting = isAdopting };

    /// <summary>Rows that are there before, for modes that allow it.</summary>
    private static async Task<IReadOnlyList<string>> PrepareAsync(string format, MemoryObjectStore objects, CopyMode mode, bool isPartitioned, bool isAdopting = false)
    {
        if (mode == CopyMode.Create)
            return [];
        var before = new LakeCopy(format, objects) { Transfer = TransferId.Of("before"), Chunks = 2, PartitionBy = isPartitioned ? ["place"] : null, IsAdopting = isAdopting };
        await before.RunAsync(objects);
        return await before.ReadAsync();
    }

    private static IReadOnlyList<string> Expected(CopyMode mode, IReadOnlyList<string> before, LakeCopy copy) =>
        mode == CopyMode.Append ? [.. before, .. copy.Rows] : [.. copy.Rows];

    /// <summary>Every file below the table's directory that the transfer has written is a data file of the table, or the deletes of one.</summary>
    private static async Task AssertNothingIsLeftOverAsync(MemoryObjectStore objects, LakeCopy copy)
    {
        ScanTask[] ofTable = [.. (await copy.FilesAsync()).Where(file => IsFileOf(copy, file.File))];
        string[] written = [.. objects.Locations.Where(location => IsFileOf(copy, location)).Select(location => location.Path)];

        Assert.Equal(ofTable.Count(file => file.Deletes is not null), written.Except(ofTable.Select(file => file.File.Path)).Count());
        Assert.All(ofTable, file => Assert.Equal(copy.IsAdopting, file.Deletes is not null));
    }

    private static bool IsFileOf(LakeCopy copy, Location location) =>
        location.Path.Contains(copy.Transfer.Value, StringComparison.Ordinal) && Path.GetExtension(location.Name) is ".parquet" or ".bin" or ".puffin";
}
