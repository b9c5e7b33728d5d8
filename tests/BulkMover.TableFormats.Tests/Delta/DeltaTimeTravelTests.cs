using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Snapshots by version and time (PROTOCOL.md, "In-Commit Timestamps", "Checkpoints").</summary>
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

    [Fact]
    public async Task Open_VersionBeforeTheLogBegins_SaysThatItWasCleanedUp()
    {
        table.Checkpoint(2, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        Commit(3, Noon);

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(() => table.SnapshotAsync("1"));

        Assert.Equal("delta.snapshot_expired", error.Code);
        Assert.Contains("2 to 3", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("6")]
    [InlineData("-1")]
    [InlineData("main")]
    [InlineData("2024-01-01T11:59:59")]
    public async Task Open_NoSuchVersion_SaysWhichThereAre(string selector)
    {
        table.Checkpoint(2, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        Commit(3, Noon);

        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(() => table.SnapshotAsync(selector));
        Assert.Equal("delta.snapshot_unknown", error.Code);
        Assert.Contains("2 to 3", error.Message, StringComparison.Ordinal);
    }

    /// <summary>"For commits with version &lt; enablement version, readers should use the file modification timestamp", whatever the writer's clock said.</summary>
    [Theory]
    [InlineData("2024-01-01T12:00:00", "0")]
    [InlineData("2024-01-01T12:00:59.999", "0")]
    [InlineData("2024-01-01T12:01:00", "1")]
    [InlineData("2024-01-01T13:01:00+01:00", "1")]
    [InlineData("2024-01-01T12:30:00", "1")]
    [InlineData("2024-01-01T13:00:00", "2")]
    [InlineData("2030-01-01", "2")]
    public async Task Open_Time_IsTheLastVersionWhoseFileWasThere(string time, string expected)
    {
        Commit(0, Noon, CommitInfo(5), Protocol, Metadata());
        Commit(1, Noon + 60_000, CommitInfo(7));
        Commit(2, Noon + 3_600_000);

        Assert.Equal(expected, (await table.SnapshotAsync(time)).Id);
    }

    [Fact]
    public async Task Snapshots_FilesWereWrittenOutOfOrder_AreOneMillisecondYoungerThanTheOneBefore()
    {
        Commit(0, Noon, Protocol, Metadata());
        Commit(1, Noon);
        Commit(2, Noon - 60_000);
        Commit(3, Noon + 1000);

        Assert.Equal([Noon, Noon + 1, Noon + 2, Noon + 1000], (await SnapshotsAsync()).Select(snapshot => snapshot.CommittedAt!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal("1", (await table.SnapshotAsync("2024-01-01T12:00:00.001Z")).Id);
        Assert.Equal("2", (await table.SnapshotAsync("2024-01-01T12:00:00.5Z")).Id);
    }

    [Fact]
    public async Task Open_InCommitTimestamps_WinOverTheFiles()
    {
        table.Commit(0, InCommit(Noon), IctProtocol, WithProperties(("delta.enableInCommitTimestamps", "true")));
        table.Commit(1, InCommit(Noon + 60_000));
        table.Commit(2, InCommit(Noon + 120_000));

        Assert.Equal([Noon, Noon + 60_000, Noon + 120_000], (await SnapshotsAsync()).Select(snapshot => snapshot.CommittedAt!.Value.ToUnixTimeMilliseconds()));
        Assert.Equal("1", (await table.SnapshotAsync("2024-01-01T12:01:59.999Z")).Id);
        Assert.Equal("2", (await table.SnapshotAsync("2024-01-01T12:02:00Z")).Id);
    }

    /// <summary>
    /// "If timestamp X >= enablement timestamp, only table versions >= enablement version should be considered for the query. Otherwise, only
    /// table versions less than" it: the files of a copied table are all younger than its in-commit timestamps.
    /// </summary>
    [Theory]
    [InlineData(Noon + 60_000, "2")]
    [InlineData(Noon + 119_999, "2")]
    [InlineData(Noon + 120_000, "3")]
    [InlineData(Noon - 1, "0")]
    [InlineData(Noon + 59_999, "1")]
    public async Task Open_InCommitTimestampsWereEnabledLater_OnlyVersionsOfTheirSideAreConsidered(long milliseconds, string expected)
    {
        Commit(0, Noon - 1000, Protocol, Metadata());
        Commit(1, Noon);
        Commit(2, Noon + 7_200_000, InCommit(Noon + 60_000), IctProtocol, WithProperties(
            ("delta.enableInCommitTimestamps", "true"), ("delta.inCommitTimestampEnablementVersion", "2"),
            ("delta.inCommitTimestampEnablementTimestamp", $"{Noon + 60_000}")));
        Commit(3, Noon + 7_200_001, InCommit(Noon + 120_000));

        Assert.Equal(expected, (await table.SnapshotAsync(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("O"))).Id);
        Assert.Equal([Noon - 1000, Noon, Noon + 60_000, Noon + 120_000],
            (await SnapshotsAsync()).Select(snapshot => snapshot.CommittedAt!.Value.ToUnixTimeMilliseconds()));
    }

    /// <summary>"Enablement": the feature must be there and the property must be true.</summary>
    [Theory]
    [InlineData(true, "false")]
    [InlineData(false, "true")]
    public async Task Open_InCommitTimestampsAreNotEnabled_TheFilesCount(bool isFeature, string property)
    {
        Commit(0, Noon, InCommit(5), isFeature ? IctProtocol : Protocol, WithProperties(("delta.enableInCommitTimestamps", property)));

        Assert.Equal(Noon, Assert.Single(await SnapshotsAsync()).CommittedAt!.Value.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task Open_InCommitTimestampIsMissing_SaysThatTheTimeIsNotKnown()
    {
        table.Commit(0, InCommit(Noon), IctProtocol, WithProperties(("delta.enableInCommitTimestamps", "true")));
        table.Commit(1, CommitInfo(Noon));

        Assert.Equal("delta.commit_time_missing", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync("2025-01-01"))).Code);
        Assert.Null((await SnapshotsAsync())[1].CommittedAt);
        Assert.Equal("1", (await table.SnapshotAsync("1")).Id);
    }

    /// <summary>"Implementations are free to store any valid JSON-formatted data via the commitInfo action."</summary>
    [Fact]
    public async Task Snapshots_CommitInfoIsAnyJson_ItsOperationIsShownWhereItIsText()
    {
        table.Commit(0, """{"commitInfo":{"timestamp":5,"operation":"WRITE"}}""", Protocol, Metadata());
        table.Commit(1, Protocol, """{"commitInfo":{"timestamp":"text","operation":[1]}}""");
        table.Commit(2, """{"commitInfo":[7]}""");

        Assert.Equal(["WRITE", null, null], (await SnapshotsAsync()).Select(snapshot => snapshot.Operation));
    }

    [Fact]
    public async Task Snapshots_LogIsCut_BeginWithTheOldestCheckpoint()
    {
        table.Commit(1, CommitInfo(Noon));
        table.Checkpoint(2, CheckpointRow.State());
        table.Commit(3, CommitInfo(Noon));

        Assert.Equal([2L, 3L], (await SnapshotsAsync()).Select(snapshot => snapshot.Id));
    }

    public void Dispose() => table.Dispose();

    private const string IctProtocol = """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["inCommitTimestamp"]}}""";

    /// <param name="version">The version.</param>
    /// <param name="written">When its file was written, in milliseconds since 1970.</param>
    /// <param name="actions">Its actions.</param>
    private void Commit(long version, long written, params string[] actions)
    {
        table.Commit(version, actions);
        File.SetLastWriteTimeUtc(table.LogPath($"{version:D20}.json"), DateTimeOffset.FromUnixTimeMilliseconds(written).UtcDateTime);
    }

    private async Task<List<SnapshotSummary>> SnapshotsAsync() =>
        await (await table.OpenAsync()).SnapshotsAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

    private static string WithProperties(params (string Name, string Value)[] properties) =>
        Metadata(Schema(("id", "long")), configuration: properties.ToDictionary(property => property.Name, property => property.Value));

    private static string InCommit(long milliseconds) => $$$"""{"commitInfo":{"inCommitTimestamp":{{{milliseconds}}},"timestamp":5}}""";

    private static string CommitInfo(long milliseconds) => $$$"""{"commitInfo":{"timestamp":{{{milliseconds}}}}}""";
}
