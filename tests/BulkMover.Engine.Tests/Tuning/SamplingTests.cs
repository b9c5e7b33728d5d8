using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Tests.Tuning;

public sealed class SamplingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_SourceGoesOn_EndsAfterItsTimeAndNothingBecomesVisible()
    {
        var world = new World();
        (world.Table.Files, world.Target.LanesAreFree) = (1_000_000, true);
        world.Target.At = (step, stopping) => step == Step.Send ? Task.Delay(5, stopping) : Task.CompletedTask;

        Sample sample = await SamplingOf(world).TakeAsync(new TuningPoint(3, 2, null), TimeSpan.Zero, TimeSpan.FromSeconds(0.3), Token).WaitAsync(World.Patience, Token);

        Assert.Equal((3, 2, BatchSize.Usual.Rows, false, null), (sample.Readers, sample.Writers, sample.BlockRows, sample.IsShort, sample.Problem));
        // Two at a time, blocks of five rows, five milliseconds each at least.
        Assert.InRange(sample.RowsPerSecond, 1, 2.2 * 5 / 0.005);
        Assert.InRange(sample.PeakBytes, 1, 1 << 20);
        Assert.True(sample.CpuSecondsPerMillionRows > 0);
        Assert.Equal(0, world.Target.Commits);
        world.Ledger.AssertEachDisposedOnce();
    }

    [Fact]
    public async Task Take_SourceEnds_IsMeasuredAsAWholeAndNotCommitted()
    {
        var world = new World();
        world.Target.At = (step, stopping) => step == Step.Send ? Task.Delay(5, stopping) : Task.CompletedTask;

        Sample sample = await SamplingOf(world).TakeAsync(TuningPoint.SelfTuned, TimeSpan.FromHours(1), TimeSpan.FromHours(1), Token).WaitAsync(World.Patience, Token);

        Assert.True(sample.IsShort);
        Assert.True(sample.RowsPerSecond > 0);
        Assert.Equal(0, world.Target.Commits);
        world.Ledger.AssertEachDisposedOnce();
    }

    [Fact]
    public async Task Take_TargetHasTooMuchToDo_IsTheProblemOfThatPoint()
    {
        var world = new World();
        world.Target.At = (step, _) => step == Step.Send ? throw new EnvironmentException("fake.overload", "Too much.") { IsTransient = true, IsOverload = true } : Task.CompletedTask;

        Sample sample = await SamplingOf(world).TakeAsync(TuningPoint.SelfTuned, TimeSpan.Zero, TimeSpan.FromSeconds(1), Token).WaitAsync(World.Patience, Token);

        Assert.Equal(("Too much.", 0, false), (sample.Problem, sample.RowsPerSecond, sample.IsShort));
    }

    [Fact]
    public async Task Take_ConnectionIsLost_FailsAndIsNoProblemOfThePoint()
    {
        var world = new World();
        world.Table.At = (step, _) => step == Step.Fetch ? throw new EnvironmentException("fake.lost", "Lost.") { IsTransient = true } : Task.CompletedTask;

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => SamplingOf(world).TakeAsync(TuningPoint.SelfTuned, TimeSpan.Zero, TimeSpan.FromSeconds(1), Token).WaitAsync(World.Patience, Token));
        Assert.Equal("fake.lost", error.Code);
    }

    [Fact]
    public async Task Take_SourceIsBroken_Fails()
    {
        var world = new World();
        world.Table.At = (step, _) => step == Step.Fetch ? throw new CorruptTableException("fake.corrupt", "Broken.") : Task.CompletedTask;

        await Assert.ThrowsAsync<CorruptTableException>(() => SamplingOf(world).TakeAsync(TuningPoint.SelfTuned, TimeSpan.Zero, TimeSpan.FromSeconds(1), Token).WaitAsync(World.Patience, Token));
    }

    private static Sampling SamplingOf(World world)
    {
        var scan = new Scan(world.Table, null, null);
        var request = new TargetRequest(TransferId.Of("tune"), new TransferOrigin("", "", "fake", "1"), scan.OutputSchema, CopyMode.Append, []);
        return new Sampling(world.Table, scan, _ => world.Table, world.Target, request, new Survey(world.Table.Files, world.Table.Rows, world.Table.Files * 4000L), world.Memory.Bytes);
    }
}
