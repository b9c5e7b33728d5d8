using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Tests.Metrics;

public sealed class MachineProcessorsTests
{
    // Of proc(5): user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice.
    [Theory]
    [InlineData("cpu  10132153 290696 3084719 46828483 16683 0 25195 0 175628 0", 468451.66)]
    [InlineData("cpu  1 2 3 4 5", 0.09)]
    [InlineData("cpu  1 2 3 4", null)]
    [InlineData("intr 1 2 3 4 5 6", null)]
    [InlineData("cpu  a b c d e f", null)]
    [InlineData("", null)]
    public void Parse_FirstLineOfProcStat_IdleAndWaitingForDisks(string line, double? seconds) =>
        Assert.Equal(seconds, MachineProcessors.Parse([line, "cpu0 1 2 3 4 5", "cpu1 1 2 3 4 5"], 2)?.TotalSeconds);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4)]
    public void Parse_OtherProcessorsThanThisProgramHas_IsNotKnown(int processors) =>
        Assert.Null(MachineProcessors.Parse(["cpu  2 4 6 8 10", "cpu0 1 2 3 4 5", "cpu1 1 2 3 4 5"], processors));

    [Fact]
    public void Parse_NoLine_IsNotKnown() => Assert.Null(MachineProcessors.Parse([], 2));

    [Fact]
    public async Task IdleTime_OfThisMachine_GoesForwardNoFasterThanItsProcessors()
    {
        if (MachineProcessors.IdleTime() is not { } before)
            return;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Task.Delay(300, TestContext.Current.CancellationToken);

        TimeSpan idle = MachineProcessors.IdleTime()!.Value - before;

        // Counted in hundredths of a second, on each processor.
        Assert.InRange(idle.TotalSeconds, 0, (watch.Elapsed.TotalSeconds * Environment.ProcessorCount) + 0.02 * Environment.ProcessorCount);
    }
}
