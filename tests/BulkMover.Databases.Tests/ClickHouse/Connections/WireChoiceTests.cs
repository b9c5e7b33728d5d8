using BulkMover.Databases.ClickHouse.Connections;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse.Connections;

public sealed class WireChoiceTests
{
    private const long Block = 16L << 20;

    [Theory]
    [InlineData(WireCompression.None, false)]
    [InlineData(WireCompression.Zstd, true)]
    public void IsCompressed_SomebodySaysIt_StaysSo(WireCompression asked, bool isCompressed)
    {
        var choice = new WireChoice(asked, isNear: false);
        SendAll(choice, plainSeconds: isCompressed ? 0.01 : 10, compressedSeconds: isCompressed ? 10 : 0.01);

        Assert.Equal(isCompressed, choice.IsCompressed);
    }

    [Fact]
    public void IsCompressed_ServerOfThisMachine_NeverIs()
    {
        var choice = new WireChoice(WireCompression.Auto, isNear: true);
        SendAll(choice, plainSeconds: 1, compressedSeconds: 0.01);

        Assert.False(choice.IsCompressed);
    }

    // A block of 16 MiB: over 1 Gbit/s 134 ms, of which compressed a third is left; over 25 Gbit/s 5 ms, and compressing it takes 44.
    [Theory]
    [InlineData(0.134, 0.045, true)]
    [InlineData(0.005, 0.044, false)]
    [InlineData(0.050, 0.046, false)]
    [InlineData(13.4, 4.5, true)]
    public void IsCompressed_AfterSomeOfEither_IsWhatTookLess(double plainSeconds, double compressedSeconds, bool isCompressed)
    {
        var choice = new WireChoice(WireCompression.Auto, isNear: false);
        Assert.True(choice.IsCompressed);

        SendAll(choice, plainSeconds, compressedSeconds);

        Assert.Equal(isCompressed, choice.IsCompressed);
    }

    [Fact]
    public void IsCompressed_WasDecided_IsNotDecidedAgain()
    {
        var choice = new WireChoice(WireCompression.Auto, isNear: false);
        SendAll(choice, plainSeconds: 0.134, compressedSeconds: 0.045);
        SendAll(choice, plainSeconds: 0.001, compressedSeconds: 10);

        Assert.True(choice.IsCompressed);
    }

    [Fact]
    public void IsCompressed_ConnectionIsSlow_TriesNoMoreThanNeeded()
    {
        var choice = new WireChoice(WireCompression.Auto, isNear: false);
        choice.Add(wereCompressed: true, Block, WireChoice.TrialTime);
        Assert.False(choice.IsCompressed);
        choice.Add(wereCompressed: false, Block, 3 * WireChoice.TrialTime);

        Assert.True(choice.IsCompressed);
    }

    private static void SendAll(WireChoice choice, double plainSeconds, double compressedSeconds)
    {
        for (long sent = 0; sent <= 3 * WireChoice.TrialBytes; sent += Block)
            choice.Add(choice.IsCompressed, Block, TimeSpan.FromSeconds(choice.IsCompressed ? compressedSeconds : plainSeconds));
    }
}
