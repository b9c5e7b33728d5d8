using BulkMover.Core.Errors;
using BulkMover.Engine.Transfers;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Tests.Tuning;

public sealed class TuningGridTests
{
    private static readonly int First = new CopyOptions().FirstReaders;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_RatesDifferByPoint_FindsTheBestAndItsBlocksAndComparesTheSelfTunedWithIt()
    {
        // Twice the first readers, half of the rows that the target takes best.
        var taken = new List<TuningPoint>();
        TuningResult result = await RunAsync(point => point switch
        {
            { Readers: null } => 90,
            { Readers: var readers } when readers == First * 2 => point.BlockRows is null ? 100 : point.BlockRows < 1000 ? 120 : 80,
            _ => 50,
        }, taken);

        Assert.Equal((First * 2, 500, 120), (result.Best.Readers, result.Best.Point.BlockRows, result.Best.RowsPerSecond));
        Assert.Equal(90.0 / 120, result.SelfTunedShare);
        Assert.Equal($"--readers {First * 2} --writers {result.Best.Writers} --block-rows 500", result.Options);
        Assert.Equal(TuningGrid.Samples, taken.Count);
        Assert.Equal((TuningGrid.Degrees().Count, 3), (result.Degrees.Count, result.Blocks.Count));
        // What else the machine does in one part of the time meets all points alike.
        int points = TuningGrid.Degrees().Count;
        Assert.Equal(taken.Skip(1).Take(points), taken.Skip(1 + points).Take(points).Reverse());
    }

    [Fact]
    public async Task Run_TheBestOfManyWasLucky_IsMeasuredAgainBesideTheSelfTuned()
    {
        var taken = new List<TuningPoint>();
        TuningPoint lucky = TuningGrid.Degrees()[3];
        TuningResult result = await RunAsync(point => point == lucky && taken.Count(other => other == lucky) <= 2 ? 200 : 100, taken);

        Assert.Equal(100, result.Best.RowsPerSecond);
        Assert.Equal(1, result.SelfTunedShare);
        Assert.Equal("", result.Options);
    }

    [Fact]
    public async Task Run_TargetDoesNotBearAPoint_ItIsNotTheBest()
    {
        TuningResult result = await RunAsync(point => point.Writers > First ? null : 100, []);

        Assert.Null(result.Best.Problem);
        Assert.Contains(result.Degrees, sample => sample.Problem == "Too much.");
    }

    [Fact]
    public async Task Run_NothingArrives_IsRefusedAfterTheFirstSample()
    {
        var taken = new List<TuningPoint>();

        Assert.Equal("tune.no_rows", (await Assert.ThrowsAsync<InvalidInputException>(() => RunAsync(_ => 0, taken))).Code);
        Assert.Single(taken);
        Assert.Equal("tune.target_refuses", (await Assert.ThrowsAsync<EnvironmentException>(() => RunAsync(_ => null, taken))).Code);
    }

    private static Task<TuningResult> RunAsync(Func<TuningPoint, double?> rate, List<TuningPoint> taken) => TuningGrid.RunAsync(
        (point, _, _) =>
        {
            taken.Add(point);
            return Task.FromResult(new Sample(point, point.Readers ?? 7, point.Writers ?? 5, point.BlockRows ?? 1000, rate(point) ?? 0, 1, 1, 1) { Problem = rate(point) is null ? "Too much." : null });
        },
        (_, _) => { }, Token);
}
