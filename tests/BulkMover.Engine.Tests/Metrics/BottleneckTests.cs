using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Tests.Metrics;

public sealed class BottleneckTests
{
    private static readonly TimeSpan Elapsed = TimeSpan.FromSeconds(10);

    [Fact]
    public void Name_OneStageIsBusyAndItsNeighboursWait_NamesItAndThem()
    {
        string sentence = Bottleneck.Name(
            [
                Stage("fetch", 2, busy: 4, waitedForMemory: 6, blockedOnNext: 8),
                Stage("decode", 2, busy: 19),
                Stage("encode", 4, busy: 10, waitedForInput: 30),
            ],
            Elapsed);

        Assert.Equal("The bottleneck is decode: it kept 2 workers busy 95% of the time, fetch waited for room 70%, encode waited for input 75%.", sentence);
    }

    [Fact]
    public void Name_LastStageIsBusy_NamesOnlyTheOneBefore()
    {
        string sentence = Bottleneck.Name([Stage("send", 1, busy: 2, blockedOnNext: 5), Stage("commit", 1, busy: 8)], Elapsed);

        Assert.Equal("The bottleneck is commit: it was busy 80% of the time, send waited for room 50%.", sentence);
    }

    [Fact]
    public void Name_NextIsNoStage_NamesOnlyTheOneBefore()
    {
        string sentence = Bottleneck.Name(
            [
                Stage("encode", 1, busy: 3, blockedOnNext: 5),
                Stage("send", 1, busy: 8),
                Stage("flush", 1, busy: 1, waitedForInput: 9) with { Items = 0 },
            ],
            Elapsed);

        Assert.Equal("The bottleneck is send: it was busy 80% of the time, encode waited for room 50%.", sentence);
    }

    [Fact]
    public void Name_NobodyIsBusyForWantOfMemory_NamesMemory()
    {
        string sentence = Bottleneck.Name([Stage("fetch", 4, busy: 4, waitedForMemory: 32), Stage("decode", 1, busy: 3, waitedForInput: 7)], Elapsed);

        Assert.Equal("The bottleneck is memory: fetch waited for room 80% of the time. A larger --memory helps.", sentence);
    }

    [Fact]
    public void Name_StageBeforeABusyOneWaitsForMemory_NamesTheBusyOne()
    {
        string sentence = Bottleneck.Name([Stage("fetch", 1, busy: 0.1, waitedForMemory: 9.9), Stage("decode", 2, busy: 18)], Elapsed);

        Assert.Equal("The bottleneck is decode: it kept 2 workers busy 90% of the time, fetch waited for room 99%.", sentence);
    }

    [Fact]
    public void Name_NothingHasHappened_SaysSo() =>
        Assert.Equal("Nothing has been measured yet.", Bottleneck.Name([Stage("fetch", 1)], TimeSpan.Zero));

    [Fact]
    public void Name_WorkersBecameMore_SharesAreOfTheTimeOfThoseThatThereWere()
    {
        var meter = new StageMeter("fetch", 1, 4);
        meter.SetWorkers(4, TimeSpan.FromSeconds(8));

        StageProgress fetch = meter.Snapshot(Elapsed, null);

        // One for 8 seconds, four for 2.
        Assert.Equal((4, TimeSpan.FromSeconds(16)), (fetch.Workers, fetch.Worked));
        Assert.Equal("The bottleneck is fetch: it kept 4 workers busy 75% of the time.",
            Bottleneck.Name([fetch with { Busy = TimeSpan.FromSeconds(12), WaitedForInput = TimeSpan.FromSeconds(4) }], Elapsed));
    }

    // What is not told of ten seconds, they waited for input.
    private static StageProgress Stage(
        string name, int workers, double busy = 0, double waitedForInput = 0, double waitedForMemory = 0, double blockedOnNext = 0) =>
        new(name, workers, 1, TimeSpan.FromSeconds(busy), TimeSpan.FromSeconds(Math.Max(waitedForInput, (10 * workers) - busy - waitedForMemory - blockedOnNext)),
            TimeSpan.FromSeconds(waitedForMemory), TimeSpan.FromSeconds(blockedOnNext));
}
