using System.Collections.Concurrent;
using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class CopyTransferTests
{
    [Fact]
    public async Task Copy_WholeTable_EveryRowArrivesOnce()
    {
        var world = new World();

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 400).Select(row => (long)row), world.Target.Visible);
        Assert.Equal(400, result.Rows);
        Assert.Equal(20 * (10 + 1000), result.BytesRead);
        Assert.Equal(400 * sizeof(long), result.BytesWritten);
        Assert.InRange(result.PeakLeasedBytes, 1, world.Memory.Bytes);
        Assert.InRange(result.Seconds, double.Epsilon, World.Patience.TotalSeconds);
        Assert.Equal(["begin", "plan", "open", "fetch", "decode", "encode", "send", "arrive", "commit"], result.Stages.Select(stage => stage.Name));
        Assert.Contains("bottleneck", result.Bottleneck, StringComparison.Ordinal);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_NothingHasArrived_DecodesTheFirstRowsWhileTheTargetBegins()
    {
        var world = new World();
        var decodes = new TaskCompletionSource();
        world.At = (step, stopping) =>
        {
            if (step == Step.Decode)
                decodes.TrySetResult();
            return step == Step.Begin ? decodes.Task.WaitAsync(World.Patience, stopping) : Task.CompletedTask;
        };

        await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 400).Select(row => (long)row), world.Target.Visible);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_SomeFilesAreTakenAsTheyAre_TheOthersAreDecodedAndEveryRowArrivesOnce()
    {
        var world = new World();
        world.Target.Adopts = task => Task.FromResult(NumberOf(task) % 2 == 0 ? RowsOf(world, task) : null);

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 400).Select(row => (long)row), world.Target.Visible);
        Assert.Equal((5, 5 * 4000, 400), (result.AdoptedFiles, result.AdoptedBytes, result.Rows));
        Assert.Equal((10 * (10 + 1000)) + (5 * 7), result.BytesRead);
        Assert.Equal(["begin", "plan", "adopt", "open", "fetch", "decode", "encode", "send", "arrive", "commit"], result.Stages.Select(stage => stage.Name));
        world.AssertNothingIsLeft();
    }

    /// <summary>Where the store copies, a file is round trips and nothing else: one reader must not mean one file at a time.</summary>
    [Fact]
    public async Task Copy_FilesAreTakenAsTheyAre_ManyAtTheSameTime()
    {
        var world = new World { Options = new CopyOptions { Readers = 1, Writers = 1 } };
        var all = new TaskCompletionSource();
        int waiting = 0;
        world.Target.Adopts = async task =>
        {
            if (Interlocked.Increment(ref waiting) == world.Table.Files)
                all.SetResult();
            await all.Task;
            return RowsOf(world, task);
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal((10, 400), (result.AdoptedFiles, world.Target.Visible.Count));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_TakingAFileNeedsMoreThanThereIs_IsDecoded()
    {
        var world = new World();
        world.Target.AdoptBytes = world.Memory.Bytes;
        world.Target.Adopts = task => Task.FromResult<IReadOnlyList<long>?>(RowsOf(world, task));

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, 400), (result.AdoptedFiles, world.Target.Visible.Count));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_TakingAFileFails_IsTheCopysFailureAndNothingIsLeft()
    {
        var world = new World();
        world.Target.Adopts = task => NumberOf(task) == 7 ? throw new TargetException("test.not_adopted", "It does not fit.") : Task.FromResult<IReadOnlyList<long>?>(null);

        var error = await Assert.ThrowsAsync<TargetException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("test.not_adopted", 0), (error.Code, world.Target.Commits));
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Copy_StagesOfDifferentSpeed_RowGroupArrivesInOrderAndInOneLane(int writers)
    {
        var world = new World { Options = new CopyOptions { Readers = 4, Writers = writers } };
        world.Target.At = (_, stopping) => Task.Delay(Random.Shared.Next(2), stopping);
        var arrived = new ConcurrentQueue<(int Lane, long Row)>();
        world.Target.AtBlock = (lane, row) => arrived.Enqueue((lane, row));

        await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.All(arrived.GroupBy(block => block.Row / (world.Table.Batches * world.Table.BatchRows)), rowGroup =>
        {
            Assert.Single(rowGroup.Select(block => block.Lane).Distinct());
            Assert.Equal(rowGroup.Select(block => block.Row).Order(), rowGroup.Select(block => block.Row));
        });
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_NumberOfWritersChangesMeanwhile_RowGroupArrivesInOrderAndInOneLane()
    {
        var world = new World { Options = new CopyOptions() };
        world.Target.LanesAreFree = true;
        (world.Table.Files, world.Table.RowGroups, world.Table.Batches) = (60, 2, 5);
        world.Target.At = (_, stopping) => Task.Delay(Random.Shared.Next(2), stopping);
        CopyTransfer copy = world.MakeCopy();
        var arrived = new ConcurrentQueue<(int Lane, long Row)>();
        world.Target.AtBlock = (lane, row) =>
        {
            arrived.Enqueue((lane, row));
            if (arrived.Count % 20 == 0)
            {
                copy.Degrees.Writers.Turn(Random.Shared.Next(1, 9));
                copy.Degrees.Readers.Turn(Random.Shared.Next(1, 9));
            }
        };

        CopyResult result = await copy.RunAsync(TestContext.Current.CancellationToken).WaitAsync(World.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(world.Table.Rows, result.Rows);
        Assert.True(arrived.Select(block => block.Lane).Distinct().Count() > Environment.ProcessorCount, "Only as many were sent at once as there are cores.");
        Assert.All(arrived.GroupBy(block => block.Row / (world.Table.Batches * world.Table.BatchRows)), rowGroup =>
        {
            Assert.Single(rowGroup.Select(block => block.Lane).Distinct());
            Assert.Equal(rowGroup.Select(block => block.Row).Order(), rowGroup.Select(block => block.Row));
        });
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_MoreWritersThanCores_SoManySendAtOnce()
    {
        int writers = Environment.ProcessorCount * 3;
        var world = new World { Options = new CopyOptions { Readers = writers, Writers = writers } };
        (world.Table.Files, world.Table.RowGroups) = (1, 2 * writers);
        var together = new TaskCompletionSource();
        int sending = 0;
        world.At = (step, stopping) =>
        {
            if (step != Step.Send)
                return Task.CompletedTask;
            if (Interlocked.Increment(ref sending) == writers)
                together.SetResult();
            return together.Task.WaitAsync(World.Patience, stopping);
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(world.Table.Rows, result.Rows);
        Assert.Equal(writers, result.Stages.Single(stage => stage.Name == "send").Workers);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(200_000)]
    [InlineData(300)]
    public async Task Copy_MeasuringFindsHowLargeRowsAre_ThatIsLeasedBeforeTheyAreDecoded(long measured)
    {
        var world = new World { Options = new CopyOptions { Readers = 1, Writers = 1 } };
        world.Table.Sizes = _ => (0, 1, 500);
        world.Table.Measured = _ => measured;
        var leased = new ConcurrentQueue<long>();
        world.Table.AtDecode = _ => leased.Enqueue(world.Memory.LeasedBytes);

        await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.All(leased, bytes => Assert.InRange(bytes, measured, world.Memory.Bytes));
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(5L, 350L)]
    [InlineData(null, null)]
    public async Task Copy_FilesHaveDeletedRows_TheyAreNeitherExpectedNorMissed(long? known, long? planned)
    {
        const long bytes = 50_000;
        var world = new World { Memory = new(8 << 20) };
        world.Table.Deletes = new FakeTable.FakeDeletes(bytes, known);
        world.Table.DeletedRows = 15;
        world.Table.OpenBytes = bytes + 1000;
        CopyTransfer copy = world.MakeCopy();

        CopyResult result = await copy.RunAsync(TestContext.Current.CancellationToken);

        Assert.Equal(400, result.Rows);
        // Ten files of 40 rows by their metadata.
        Assert.Equal(planned, copy.Progress.Planned!.Rows);
        Assert.InRange(result.PeakLeasedBytes, bytes, world.Memory.Bytes);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_EmptyTable_CommitsNoRows()
    {
        var world = new World();
        world.Table.Files = 0;

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, result.Rows);
        Assert.Equal(1, world.Target.Commits);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_FilterNeedsColumnThatIsNotCopied_OnlyItsRowsArriveWithoutThatColumn()
    {
        var world = new World { Columns = ["id"], Where = OddIs(true) };
        List<Schema> encoded = [];
        world.Target.AtSchema = schema =>
        {
            lock (encoded)
                encoded.Add(schema);
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 400).Where(row => row % 2 != 0).Select(row => (long)row), world.Target.Visible);
        Assert.Equal(200, result.Rows);
        Assert.All(encoded, schema => Assert.Equal("id", Assert.Single(schema.FieldsList).Name));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_FilterKeepsEveryRow_AllArrive()
    {
        var world = new World { Where = new Filter.Or(OddIs(true), OddIs(false)) };

        Assert.Equal(400, (await world.CopyAsync(TestContext.Current.CancellationToken)).Rows);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_FilterKeepsNoRow_NothingIsSent()
    {
        var world = new World { Where = new Filter.IsNull("id") };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, 0), (result.Rows, result.BytesWritten));
        Assert.Equal(1, world.Target.Commits);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Progress_CopyIsDone_AllPlannedBytesAreDone(bool rowsAreKnown)
    {
        var world = new World();
        world.Table.RowsAreKnown = rowsAreKnown;
        CopyTransfer copy = world.MakeCopy();
        Assert.Null(copy.Progress.Planned);

        await copy.RunAsync(TestContext.Current.CancellationToken);

        TransferProgress end = copy.Progress;
        Assert.Equal(new Survey(10, rowsAreKnown ? 400 : null, 40_000), end.Planned);
        Assert.Equal(40_000, end.PlannedBytesDone);
        Assert.Equal(TimeSpan.Zero, end.TimeLeft);
        Assert.Equal(400, end.RowsRead);
        Assert.Equal(400, end.RowsSent);
        Assert.Equal(end, copy.Progress with { Stages = end.Stages });
    }

    [Fact]
    public async Task Copy_OneFileOfManyRowGroups_AllCoresDecodeAtOnce()
    {
        var world = new World { Options = new CopyOptions() };
        (world.Table.Files, world.Table.RowGroups, world.Table.Batches) = (1, 4 * Environment.ProcessorCount, 1);
        using var together = new ManualResetEventSlim();
        int decoding = 0;
        world.Table.AtDecode = stopping =>
        {
            if (Interlocked.Increment(ref decoding) == Environment.ProcessorCount)
                together.Set();
            Assert.True(together.Wait(World.Patience, stopping), "The cores never decoded a row group each at the same time.");
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(world.Table.Rows, result.Rows);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_ManySmallFiles_ManyAreOpenedAtOnce()
    {
        var world = new World { Options = new CopyOptions { Readers = 4, Writers = 2 } };
        (world.Table.Files, world.Table.RowGroups, world.Table.Batches) = (100, 1, 1);
        world.Table.Sizes = _ => (50, 0, 100);
        var together = new TaskCompletionSource();
        int opening = 0;
        world.At = (step, stopping) =>
        {
            if (step != Step.Open)
                return Task.CompletedTask;
            if (Interlocked.Increment(ref opening) == 16)
                together.SetResult();
            return together.Task.WaitAsync(World.Patience, stopping);
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1000, result.Rows);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Copy_EveryStepNeedsUpToItsShare_EndsAndStaysWithinTheBudget(int seed)
    {
        World world = NeedAllOfTheirShares(seed, heldAtMost: Sixteenth);

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1200, result.Rows);
        Assert.InRange(result.PeakLeasedBytes, world.Memory.Bytes / 2, world.Memory.Bytes);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Copy_FilesHoldFarMoreThanTheySaid_Ends(int seed)
    {
        World world = NeedAllOfTheirShares(seed, heldAtMost: 8 * Sixteenth);

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1200, result.Rows);
        world.AssertNothingIsLeft();
    }

    /// <summary>Invariant 7: what the load holds itself is part of the budget as long as it lives.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Copy_LoadHoldsBytesItself_TheyAreLeasedToTheEnd(int seed)
    {
        World world = NeedAllOfTheirShares(seed, heldAtMost: Sixteenth);
        world.Target.WriterBytes = 3 * Sixteenth / 4;
        long least = long.MaxValue;
        world.At = async (step, _) =>
        {
            await Task.Yield();
            if (step is Step.Send or Step.Arrive)
                least = Math.Min(least, world.Memory.LeasedBytes);
        };

        CopyResult result = await world.CopyAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1200, result.Rows);
        Assert.InRange(least, world.Target.WriterBytes, world.Memory.Bytes);
        Assert.InRange(result.PeakLeasedBytes, world.Memory.Bytes / 2, world.Memory.Bytes);
        world.AssertNothingIsLeft();
    }

    private static Filter.Comparison OddIs(bool value) =>
        new("odd", ComparisonOperator.Equal, new Scalar(BooleanType.Default, value));

    private const int Sixteenth = 4096;

    private static World NeedAllOfTheirShares(int seed, int heldAtMost)
    {
        var random = new Random(seed);
        (long, long, long)[] sizes =
            [.. Enumerable.Range(0, 60).Select(_ => (random.NextInt64(heldAtMost), UpTo(6 * Sixteenth), UpTo(4 * Sixteenth)))];
        var world = new World { Memory = new MemoryBudget(16 * Sixteenth), Options = new CopyOptions { Readers = 8, Writers = 3 } };
        (world.Table.Files, world.Table.RowGroups) = (30, 2);
        (world.Table.OpenBytes, world.Table.Sizes) = (2 * Sixteenth, rowGroup => sizes[rowGroup]);
        (world.Target.KeepsBack, world.Target.EncodeFactor) = (true, 3 * Sixteenth / 80 - 20);
        world.At = async (_, _) => await Task.Yield();
        return world;

        // A third take all they may.
        long UpTo(long share) => random.Next(3) == 0 ? share : random.NextInt64(share);
    }

    private static long NumberOf(ScanTask task) => long.Parse(Path.GetFileNameWithoutExtension(task.File.Name), CultureInfo.InvariantCulture);

    private static IReadOnlyList<long> RowsOf(World world, ScanTask task)
    {
        int each = (int)(world.Table.Rows / world.Table.Files);
        return [.. Enumerable.Range((int)NumberOf(task) * each, each).Select(row => (long)row)];
    }
}
