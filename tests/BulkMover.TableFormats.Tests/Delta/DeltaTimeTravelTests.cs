using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Snapshots by version and time.</summary>
public sealed class DeltaTimeTravelTests : IDisposable
{
    private const long Noon = 1_704_110_400_000;

    private readonly DeltaFolder table = new();

    [Fact]
    public async Task Open_OlderVersion_UsesTheCheckpointBeforeIt()
    {
        table.Checkpoint(2, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        table.Commit(3, Add("b"));
        table.Commit(4, Remove("a"));
        table.Checkpoint(4, [.. CheckpointRow.State(), CheckpointRow.Add("b")]);
        table.Commit(5, Add("c"));

        Assert.Equal("a", await table.FilesAsync("2"));
        Assert.Equal("a b", await table.FilesAsync("3"));
        Assert.Equal("b", await table.FilesAsync("4"));
        Assert.Equal("b c", await table.FilesAsync());
    }

    [Theory]
    [InlineData("1")]
    [InlineData("6")]
    [InlineData("-1")]
    [InlineData("main")]
    [InlineData("2024-01-01T11:59:59")]
    public async Task Open_NoSuchVersion_SaysWhichThereAre(string selector)
    {
        table.Checkpoint(2, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        table.Commit(3, CommitInfo(Noon));

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(() => table.SnapshotAsync(selector));
        Assert.Equal("delta.snapshot_unknown", error.Code);
        Assert.Contains("2 to 3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2024-01-01T12:00:00", "0")]
    [InlineData("2024-01-01T12:00:59.999", "0")]
    [InlineData("2024-01-01T12:01:00", "1")]
    [InlineData("2024-01-01T13:01:00+01:00", "1")]
    [InlineData("2024-01-01T12:30:00", "1")]
    [InlineData("2030-01-01", "3")]
    public async Task Open_Time_IsTheLastVersionThatWasThere(string time, string expected)
    {
        table.Commit(0, CommitInfo(Noon), Protocol, Metadata());
        table.Commit(1, CommitInfo(Noon + 60_000));
        table.Commit(2, CommitInfo(Noon + 3_600_000));
        // This writer's clock was slow: its version is still not older than the one before.
        table.Commit(3, CommitInfo(Noon + 1_800_000));

        Assert.Equal(expected, (await table.SnapshotAsync(time)).Id);
    }

    [Fact]
    public async Task Snapshots_InCommitTimestamp_WinsOverTheWritersClock()
    {
        table.Commit(0, $$$"""{"commitInfo":{"inCommitTimestamp":{{{Noon}}},"timestamp":5,"operation":"WRITE"}}""", Protocol, Metadata());
        table.Commit(1, Protocol, """{"commitInfo":{"timestamp":"text","operation":[1]}}""");

        List<SnapshotSummary> snapshots = await (await table.OpenAsync()).SnapshotsAsync(TestContext.Current.CancellationToken)
            .ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal([0L, 1L], snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal((DateTimeOffset.FromUnixTimeMilliseconds(Noon), "WRITE"), (snapshots[0].CommittedAt, snapshots[0].Operation));
        // Without a time in the log there is the file's.
        Assert.Equal(File.GetLastWriteTimeUtc(table.LogPath("00000000000000000001.json")), snapshots[1].CommittedAt?.UtcDateTime);
        Assert.Null(snapshots[1].Operation);
    }

    [Fact]
    public async Task Snapshots_LogIsCut_BeginWithTheOldestCheckpoint()
    {
        table.Commit(1, CommitInfo(Noon));
        table.Checkpoint(2, CheckpointRow.State());
        table.Commit(3, CommitInfo(Noon));

        Assert.Equal([2L, 3L], await (await table.OpenAsync()).SnapshotsAsync(TestContext.Current.CancellationToken)
            .Select(snapshot => snapshot.Id).ToListAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => table.Dispose();

    private static string CommitInfo(long milliseconds) => $$$"""{"commitInfo":{"timestamp":{{{milliseconds}}}}}""";
}
