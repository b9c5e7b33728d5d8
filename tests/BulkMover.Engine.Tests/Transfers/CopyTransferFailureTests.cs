using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

/// <summary>At every step, for every kind of failure: nothing hangs, nothing is left over, nothing is committed, the first failure is told.</summary>
public sealed class CopyTransferFailureTests
{
    public static TheoryData<Step, int> StepsAndCalls
    {
        get
        {
            var data = new TheoryData<Step, int>();
            foreach (Step step in Enum.GetValues<Step>())
            {
                data.Add(step, 1);
                if (step is not (Step.Begin or Step.BeginChunk or Step.Arrive or Step.Commit))
                    data.Add(step, 9);
            }

            // The first ten calls are the survey's.
            data.Add(Step.Plan, 15);

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(StepsAndCalls))]
    public Task Copy_StepFailsWithIoError_LeavesNothingAndTellsIt(Step step, int call) =>
        CopyFailsAsync(step, call, new EnvironmentException("store.read_failed", "The disk is gone."));

    [Theory]
    [MemberData(nameof(StepsAndCalls))]
    public Task Copy_StepFindsCorruptTable_LeavesNothingAndTellsIt(Step step, int call) =>
        CopyFailsAsync(step, call, new CorruptTableException("parquet.page_broken", "The page ends early."));

    [Theory]
    [MemberData(nameof(StepsAndCalls))]
    public Task Copy_StepFailsWithWhatNobodyExpected_LeavesNothingAndTellsIt(Step step, int call) =>
        CopyFailsAsync(step, call, new InvalidOperationException("A bug."));

    [Theory]
    [MemberData(nameof(StepsAndCalls))]
    public async Task Copy_StepTimesOut_IsAFailureAndNoCancellation(Step step, int call)
    {
        var world = new World();
        var timeout = new TaskCanceledException("The request was canceled due to the configured HttpClient.Timeout of 100 seconds elapsing.");
        FailAt(world, step, call, timeout);

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.timed_out", error.Code);
        Assert.True(error.IsTransient);
        Assert.Same(timeout, error.InnerException);
        AssertNothingHappened(world);
    }

    [Theory]
    [MemberData(nameof(StepsAndCalls))]
    public async Task Copy_UserCancelsDuringStep_ThrowsTheUsersCancellation(Step step, int call)
    {
        var world = new World();
        using var user = new CancellationTokenSource();
        int calls = 0;
        world.At = async (reached, stopping) =>
        {
            if (reached != step || Interlocked.Increment(ref calls) != call)
                return;

            user.Cancel();
            stopping.ThrowIfCancellationRequested();
            // Steps without a token of their own end as a call does whose connection was closed underneath it.
            throw new EnvironmentException("store.read_failed", "The connection was closed.");
        };

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.CopyAsync(user.Token));

        Assert.Equal(user.Token, error.CancellationToken);
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_OthersFailAfterTheFirst_TellsTheFirst()
    {
        var world = new World();
        var first = new EnvironmentException("store.read_failed", "First.");
        int sends = 0;
        world.At = async (step, stopping) =>
        {
            if (step == Step.Send && Interlocked.Increment(ref sends) == 3)
                throw first;
            if (step is Step.Fetch or Step.Send && sends >= 3)
            {
                await Task.Delay(Timeout.Infinite, stopping).ContinueWith(_ => { }, TaskScheduler.Default);
                throw new CorruptTableException("parquet.page_broken", "A consequence of the first.");
            }
        };

        Assert.Same(first, await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(TestContext.Current.CancellationToken)));
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_CleaningUpFailsToo_TellsTheFirstFailureAndMentionsTheOther()
    {
        var world = new World();
        var first = new CorruptTableException("parquet.page_broken", "First.");
        FailAt(world, Step.Decode, 4, first);
        world.Target.DisposeFails = new TargetException("clickhouse.drop_failed", "The staging table is still there.");

        var told = await Assert.ThrowsAsync<CorruptTableException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Same(first, told);
        Assert.Contains("The staging table is still there.", told.Data.Values.Cast<string>());
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_CleaningUpAfterTheCommitTimesOut_IsAFailureAndNoCancellation()
    {
        var world = new World();
        world.Target.DisposeFails = new TaskCanceledException("Timed out.");

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.timed_out", error.Code);
        Assert.Equal(400, world.Target.Visible.Count);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_UserCancelsWhileWaitingForMemory_StopsWithinASecond()
    {
        var world = new World();
        using var user = new CancellationTokenSource();
        using (await world.Memory.LeaseAsync(Engine.Memory.MemoryUse.Open, world.Memory.Bytes / 8, "test", TestContext.Current.CancellationToken))
        {
            CopyTransfer copy = world.MakeCopy();
            Task<CopyResult> running = copy.RunAsync(user.Token);
            while (copy.Progress.Stages.All(stage => stage.WaitedForMemory == TimeSpan.Zero))
                await Task.Delay(1, TestContext.Current.CancellationToken);

            await user.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));
        }

        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_FilterFails_LeavesNothingAndTellsIt()
    {
        // A literal that is not of the column's type: the parser never makes one.
        var world = new World { Where = new Filter.Comparison("id", ComparisonOperator.Equal, new Scalar(Int64Type.Default, "text")) };

        await Assert.ThrowsAsync<InvalidOperationException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_RowGroupEndsEarly_IsCorrupt()
    {
        var world = new World();
        world.Table.MissingRows = 3;

        var error = await Assert.ThrowsAsync<CorruptTableException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.row_group_incomplete", error.Code);
        Assert.Contains("Row group 19 has 20 rows by its metadata, but its pages hold 17", error.Message, StringComparison.Ordinal);
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_TargetCountsFewerRows_SaysSo()
    {
        var world = new World();
        world.Target.LosesRows = 2;

        var error = await Assert.ThrowsAsync<TargetException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.rows_differ", error.Code);
        Assert.Contains("400 rows were sent, but 398 have arrived", error.Message, StringComparison.Ordinal);
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(600_000, 0, "Row group 0 needs 600,000 bytes to be fetched, more than that step's share of a memory budget of 1,048,576 bytes. Run again with --memory 2MiB or more.")]
    [InlineData(0, 300_000, "Row group 0 needs 300,000 bytes to be decoded, more than that step's share of a memory budget of 1,048,576 bytes. Run again with --memory 2MiB or more.")]
    [InlineData(500_000, 700_000, "Row group 0 needs 700,000 bytes to be decoded, more than that step's share of a memory budget of 1,048,576 bytes. Run again with --memory 3MiB or more.")]
    [InlineData(long.MaxValue, long.MaxValue, "Row group 0 needs 9,223,372,036,854,775,807 bytes to be decoded, more than that step's share of a memory budget of 1,048,576 bytes.")]
    public async Task Copy_RowGroupNeedsMoreThanItsShare_NamesItAndTheMemoryThatWouldDo(long fetch, long decode, string message)
    {
        var world = new World();
        world.Table.Sizes = rowGroup => rowGroup == 0 ? (0, fetch, decode) : (0, 1, 1);

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.memory_too_small", error.Code);
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_MeasuringFindsRowsLargerThanTheirShare_NamesTheRowGroupAndTheMemoryThatWouldDo()
    {
        var world = new World();
        world.Table.Measured = rowGroup => rowGroup == 0 ? 700_000 : 500;

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.memory_too_small", error.Code);
        Assert.StartsWith("Row group 0 needs 700,000 bytes to be decoded", error.Message, StringComparison.Ordinal);
        Assert.EndsWith("Run again with --memory 3MiB or more.", error.Message, StringComparison.Ordinal);
        AssertNothingHappened(world);
    }

    [Fact]
    public async Task Copy_BatchNeedsMoreThanItsShare_NamesItsRowGroup()
    {
        var world = new World();
        world.Target.EncodeFactor = 10_000;

        var error = await Assert.ThrowsAsync<InvalidInputException>(() => world.CopyAsync(TestContext.Current.CancellationToken));

        Assert.Equal("engine.memory_too_small", error.Code);
        Assert.Matches("^A batch of Row group [0-9]+ needs 800,[0-9]+ bytes to be encoded", error.Message);
        AssertNothingHappened(world);
    }

    private static async Task CopyFailsAsync<T>(Step step, int call, T failure)
        where T : Exception
    {
        var world = new World();
        FailAt(world, step, call, failure);

        Assert.Same(failure, await Assert.ThrowsAsync<T>(() => world.CopyAsync(TestContext.Current.CancellationToken)));
        AssertNothingHappened(world);
    }

    private static void FailAt(World world, Step step, int call, Exception failure)
    {
        int calls = 0;
        world.At = (reached, _) => reached == step && Interlocked.Increment(ref calls) == call
            ? Task.FromException(failure)
            : Task.CompletedTask;
    }

    private static void AssertNothingHappened(World world)
    {
        Assert.Equal(0, world.Target.Commits);
        Assert.Empty(world.Target.Visible);
        world.AssertNothingIsLeft();
    }
}
