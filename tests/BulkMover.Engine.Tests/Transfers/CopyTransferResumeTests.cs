using System.Collections.Concurrent;
using BulkMover.Core.Errors;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

/// <summary>What has arrived is not moved again, whether a person or the copy itself begins it again.</summary>
public sealed class CopyTransferResumeTests
{
    /// <summary>Each file a chunk of its own.</summary>
    private static readonly CopyOptions FileByFile = new() { Readers = 3, Writers = 2, ChunkBytes = 1, Patience = TimeSpan.Zero };

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    // So late that some files are whole in whatever order their row groups come: 15 of 20 row groups, of 10 files.
    [Theory]
    [InlineData(Step.Send, 60)]
    [InlineData(Step.Decode, 40)]
    [InlineData(Step.Arrive, 4)]
    [InlineData(Step.Commit, 1)]
    public async Task Copy_BegunAgainAfterAFailure_MovesOnlyWhatIsMissing(Step step, int call)
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, step, call, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));
        Assert.Empty(world.Target.Visible);
        long arrived = world.Target.Arrived.Values.Sum(rows => rows.Count);
        Assert.True(arrived > 0);

        CopyResult result = await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal((world.Table.Rows, arrived, 0), (result.Rows, result.SkippedRows, result.Retries));
        world.AssertNothingIsLeft();
    }

    [Theory]
    [InlineData(Step.Begin, 1)]
    [InlineData(Step.Fetch, 12)]
    [InlineData(Step.Send, 30)]
    [InlineData(Step.Arrive, 4)]
    [InlineData(Step.Commit, 1)]
    public async Task Copy_FailureThatMayPass_GoesOnByItself(Step step, int call)
    {
        var world = new World { Options = FileByFile with { Patience = TimeSpan.FromMinutes(1) } };
        FailOnce(world, step, call, isTransient: true);

        CopyResult result = await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal((world.Table.Rows, 1), (result.Rows, result.Retries));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_TargetHasTooMuchToDo_GoesOnWithHalfTheWriters()
    {
        var world = new World { Options = FileByFile with { Writers = 4, Readers = 4, Patience = TimeSpan.FromMinutes(1) } };
        var lanes = new ConcurrentBag<int>();
        int sends = 0;
        CopyTransfer copy = world.MakeCopy();
        world.Target.AtBlock = (lane, _) =>
        {
            if (copy.Progress.Retries > 0)
                lanes.Add(lane);
        };
        world.At = (step, _) =>
        {
            if (step != Step.Send || Interlocked.Increment(ref sends) != 30)
                return Task.CompletedTask;
            throw new EnvironmentException("fake.overload", "Too much.") { IsTransient = true, IsOverload = true };
        };

        CopyResult result = await copy.RunAsync(Stopping).WaitAsync(World.Patience, Stopping);

        Assert.Equal(1, result.Retries);
        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.NotEmpty(lanes);
        Assert.All(lanes, lane => Assert.InRange(lane, 0, 1));
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_RestartAndAFailureThatMayPass_ForgetsTheEarlierRunButNotItsOwn()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));
        Assert.Equal(3, world.Target.Arrived.Count);

        world.Restart = true;
        world.Options = FileByFile with { Patience = TimeSpan.FromMinutes(1) };
        FailOnce(world, Step.Arrive, 3, isTransient: true);
        CopyResult result = await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal((1, world.Table.Rows * 2 / world.Table.Files), (result.Retries, result.SkippedRows));
        world.AssertNothingIsLeft();
    }

    /// <summary>As where a log checkpoint was written meanwhile: other order, fewer statistics.</summary>
    [Fact]
    public async Task Copy_ThePlanHasAnotherOrderThanWhenItBegan_MovesOnlyWhatIsMissing()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        (world.Table.Reversed, world.Table.RowsAreKnown) = (true, false);
        CopyResult result = await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal(world.Table.Rows * 3 / world.Table.Files, result.SkippedRows);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_ChunksAreCutOtherwiseThanWhenItBegan_MovesOnlyWhatIsMissing()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        world.Options = new CopyOptions { Readers = 3, Writers = 2, Patience = TimeSpan.Zero };
        await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).Select(i => (long)i), world.Target.Visible);
        Assert.Equal(4, world.Target.Arrived.Count);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_ChunksHaveComeToSomePlacesOnly_SendsTheSameScanTasksAgainAsTheSameChunks()
    {
        var world = new World { Options = FileByFile with { ChunkBytes = 1 << 19 } };
        world.Table.Repeats = 2;
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));
        foreach (long number in world.Target.Arrived.Keys.Order().Take(2).ToArray())
        {
            Assert.True(world.Target.Arrived.TryRemove(number, out _));
            world.Target.Halfway[number] = world.Target.Tasks[number];
        }

        world.Options = FileByFile with { ChunkBytes = 1 << 30 };
        await world.CopyAsync(Stopping);

        Assert.Empty(world.Target.Halfway);
        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).SelectMany(i => new long[] { i, i }), world.Target.Visible);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_SomeHasArrived_ReadsNothingBeforeTheTargetHasSaidWhat()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        var steps = new ConcurrentQueue<Step>();
        world.At = (step, _) =>
        {
            steps.Enqueue(step);
            return step == Step.Begin ? Task.Delay(50, Stopping) : Task.CompletedTask;
        };
        await world.CopyAsync(Stopping);

        Assert.Equal([Step.Begin], steps.TakeWhile(step => step is not Step.BeginChunk).Where(step => step is not Step.Plan));
    }

    [Fact]
    public async Task Copy_TargetHasChunksThatItsPlanDidNotTellOf_SendsNothing()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));
        foreach (long number in world.Target.Arrived.Keys)
            world.Target.Halfway[number] = world.Target.Tasks[number];
        world.Target.Arrived.Clear();

        bool wasSent = false;
        world.Target.AtBlock = (_, _) => wasSent = true;
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        Assert.False(wasSent);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_FilesThatHaveArrivedAreNotInThePlan_IsRefused()
    {
        var world = new World { Options = FileByFile };
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        world.Table.Files = 0;
        var error = await Assert.ThrowsAsync<CorruptTableException>(() => world.CopyAsync(Stopping));

        Assert.Equal("engine.plan_changed", error.Code);
        Assert.Contains("3 files", error.Message, StringComparison.Ordinal);
        Assert.Empty(world.Target.Visible);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_AFileIsListedTwiceAndArrivedOnce_MovesItOnceMore()
    {
        var world = new World { Options = FileByFile };
        world.Table.Repeats = 2;
        FailOnce(world, Step.Arrive, 4, isTransient: false);
        await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        await world.CopyAsync(Stopping);

        Assert.Equal(Enumerable.Range(0, (int)world.Table.Rows).SelectMany(i => new long[] { i, i }), world.Target.Visible);
        world.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Copy_FailureThatDoesNotPass_IsToldWhenThePatienceEnds()
    {
        var world = new World { Options = FileByFile with { Patience = TimeSpan.FromSeconds(2) } };
        int calls = 0;
        world.At = (reached, _) =>
        {
            if (reached != Step.Send)
                return Task.CompletedTask;
            calls++;
            throw new EnvironmentException("clickhouse.unreachable", "It is gone.") { IsTransient = true };
        };

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => world.CopyAsync(Stopping));

        Assert.Equal("clickhouse.unreachable", error.Code);
        Assert.InRange(calls, 2, 20);
        world.AssertNothingIsLeft();
    }

    private static void FailOnce(World world, Step step, int call, bool isTransient)
    {
        int calls = 0;
        world.At = (reached, _) => reached == step && Interlocked.Increment(ref calls) == call
            ? throw new EnvironmentException("store.read_failed", "It broke.") { IsTransient = isTransient }
            : Task.CompletedTask;
    }
}
