using BulkMover.Engine.Transfers;

namespace BulkMover.Engine.Tests.Transfers;

public sealed class CopyOptionsTests
{
    [Fact]
    public void Problems_Defaults_HasNone() => Assert.Empty(new CopyOptions().Problems());

    [Fact]
    public void Problems_BothAreOutOfRange_NamesBoth() =>
        Assert.Equal(
            ["--readers is 0; it must be from 1 to 1024.", "--writers is 2000; it must be from 1 to 1024."],
            new CopyOptions { Readers = 0, Writers = 2000 }.Problems());
}
