using BulkMover.Engine.Tests.Fakes;
using BulkMover.Engine.Tuning;

namespace BulkMover.Engine.Tests.Tuning;

public sealed class TunerTests
{
    [Fact]
    public void Observe_StoreWithLatency_ReadersBecomeAsManyAsHideItWithinSeconds()
    {
        var flow = new SimulatedFlow { Fetches = readers => 50_000 * readers };

        flow.Run(20);

        // Sixteen fetch 800,000 rows a second; all that can be decoded is a million, which 32 fetch.
        Assert.Equal(32, flow.Readers.Value);
        Assert.InRange(flow.Run(60), 0.99e6, 1e6);
        Assert.All(flow.Turns, turn => Assert.Equal("readers", turn.Knob));
    }

    [Fact]
    public void Observe_DecodersAreTheSlowOnes_NothingIsTurned()
    {
        var flow = new SimulatedFlow { Noise = 0.2 };

        flow.Run(3600);

        Assert.Empty(flow.Turns);
    }

    [Fact]
    public void Observe_StoreGivesNoMore_ReadersGoBackAndSeldomTryAgain()
    {
        var flow = new SimulatedFlow { Fetches = _ => 400_000 };

        double rate = flow.Run(3600);

        Assert.Equal(2, flow.Readers.Value);
        // Each trial and its end; an hour has room for ten rests that double from ten seconds to ten minutes.
        Assert.InRange(flow.Turns.Count, 2, 22);
        Assert.InRange(rate, 0.4e6 * 0.99, 0.4e6);
    }

    [Fact]
    public void End_AmidATrial_TakesItBack()
    {
        var flow = new SimulatedFlow { Fetches = _ => 400_000 };
        while (flow.Readers.Value == 2)
            flow.Run(0.125);

        flow.End();

        Assert.Equal(2, flow.Readers.Value);
    }

    [Fact]
    public void Observe_NoProcessorIsIdle_WritersBecomeNoMore()
    {
        var flow = new SimulatedFlow { Takes = writers => 50_000 * writers, Idle = 0.15 };

        flow.Run(60);

        Assert.Empty(flow.Turns);
    }

    [Fact]
    public void Observe_StoreIsFarAndNoProcessorIsIdle_ReadersBecomeMoreForTheyNeedNone()
    {
        var flow = new SimulatedFlow { Fetches = readers => 50_000 * readers, Idle = 0.05 };

        flow.Run(20);

        Assert.Equal(32, flow.Readers.Value);
    }

    [Fact]
    public void Observe_ReadersFindNoMemory_BecomeNoMore()
    {
        var flow = new SimulatedFlow(readers: new Knob(4, 2, 32)) { Fetches = readers => 50_000 * readers, WithoutMemory = 2 };

        flow.Run(60);

        Assert.DoesNotContain(flow.Turns, turn => turn.Number > 4);
    }

    [Fact]
    public void Observe_TargetTakesMoreInMoreInserts_WritersBecomeAsManyAsPay()
    {
        // Five inserts are all that it works on at the same time.
        var flow = new SimulatedFlow { Takes = writers => 100_000 * Math.Min(5, writers) };

        flow.Run(30);

        Assert.Equal(8, flow.Writers.Value);
        Assert.InRange(flow.Run(600), 0.49e6, 0.5e6);
    }

    [Fact]
    public void Observe_MoreWritersMakeTheTargetSlower_TheyAreTakenBack()
    {
        var flow = new SimulatedFlow { Takes = writers => 500_000 - (50_000 * writers) };

        double rate = flow.Run(3600);

        Assert.Equal(2, flow.Writers.Value);
        Assert.InRange(rate, 0.4e6 * 0.98, 0.4e6);
    }

    [Fact]
    public void Observe_TargetSlowsMidway_WritersBecomeFewerAndMoreAgainWhenItHasRecovered()
    {
        var flow = new SimulatedFlow { Takes = writers => 100_000 * Math.Min(8, writers), Noise = 0.1 };
        flow.Run(60);
        Assert.Equal(8, flow.Writers.Value);

        // Merges take its cores: as much comes through two inserts as through eight.
        flow.Takes = writers => 100_000 * Math.Min(2, writers);
        flow.Run(30);
        Assert.InRange(flow.Writers.Value, 1, 4);

        flow.Takes = writers => 100_000 * Math.Min(8, writers);
        flow.Run(120);
        Assert.Equal(8, flow.Writers.Value);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void Observe_NoisyForHours_TurnsBecomeRareAndTheRateStays(double noise)
    {
        var flow = new SimulatedFlow { Fetches = _ => 600_000, Takes = writers => 450_000 + (25_000 * Math.Min(2, writers)), Noise = noise };

        double rate = flow.Run(4 * 3600);

        Assert.InRange(rate, 0.5e6 * 0.95, 0.5e6);
        // Three ways to turn, none more often than every ten minutes by then, and back.
        TimeSpan firstHour = TimeSpan.FromHours(1);
        Assert.InRange(flow.Turns.Count(turn => turn.At > firstHour), 0, 3 * 3 * 6 * 2);
    }

    [Fact]
    public void Observe_StoreWasSlowAndIsFast_ReadersBecomeFewer()
    {
        var flow = new SimulatedFlow { Fetches = readers => 50_000 * readers };
        flow.Run(60);
        flow.Fetches = readers => 1e6 * readers;

        flow.Run(120);

        // A quarter of their time is work now.
        Assert.Equal(4, flow.Readers.Value);
        Assert.InRange(flow.Run(60), 0.99e6, 1e6);
    }

    /// <summary>Five minutes, from the first second on: what finding costs is in them.</summary>
    [Theory]
    [InlineData("from afar", 0.1)]
    [InlineData("from afar", 0.3)]
    [InlineData("into a server with free cores", 0.1)]
    [InlineData("into a server with free cores", 0.3)]
    [InlineData("from a disk, decoding is slow", 0.1)]
    [InlineData("from a disk, decoding is slow", 0.3)]
    [InlineData("from afar into a server with free cores", 0.1)]
    [InlineData("from afar into a server with free cores", 0.3)]
    public void Observe_FewMinutes_ReachesMostOfWhatTheBestFixedNumbersDo(string shape, double noise)
    {
        double best = 0;
        foreach (int readers in (int[])[2, 4, 8, 16, 32])
        {
            foreach (int writers in (int[])[1, 2, 4, 8, 16])
                best = Math.Max(best, FlowOf(shape, noise, new Knob(readers, readers, readers), new Knob(writers, writers, writers)).Run(300));
        }

        Assert.InRange(FlowOf(shape, noise).Run(300) / best, 0.95, 1.05);
    }

    private static SimulatedFlow FlowOf(string shape, double noise, Knob? readers = null, Knob? writers = null)
    {
        var flow = new SimulatedFlow(readers, writers) { Noise = noise };
        if (shape.Contains("afar", StringComparison.Ordinal))
            flow.Fetches = number => 60_000 * Math.Min(number, 24);
        if (shape.Contains("server", StringComparison.Ordinal))
            flow.Takes = number => 200_000 * Math.Min(number, 4) * (1 - (0.01 * number));
        return flow;
    }

    [Fact]
    public void Observe_BothAreFixed_StayAsTheyAre()
    {
        var flow = new SimulatedFlow(new Knob(3, 3, 3), new Knob(5, 5, 5)) { Fetches = _ => 1000, Takes = _ => 1000 };

        flow.Run(600);

        Assert.Empty(flow.Turns);
    }

    [Fact]
    public void Halve_EvenOfWhatTheUserHasFixed_ItGrowsNoMore()
    {
        var knob = new Knob(5, 5, 5);

        knob.Halve();
        Assert.Equal((2, 2, 2), (knob.Value, knob.Least, knob.Most));
        knob.Halve();
        knob.Halve();

        Assert.Equal((1, 1), (knob.Value, knob.Most));
    }
}
