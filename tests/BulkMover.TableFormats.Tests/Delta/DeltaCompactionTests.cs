using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>
/// PROTOCOL.md, "Log Compaction Files". Which files are read shows in what they say: a log compaction here adds a file that no commit adds, which
/// no writer would do.
/// </summary>
public sealed class DeltaCompactionTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Fact]
    public async Task Plan_ExampleOfTheProtocol_GivesTheSameWithAndWithout()
    {
        table.Checkpoint(3, [.. CheckpointRow.State(), CheckpointRow.Add("f0"), CheckpointRow.Add("f1")]);
        table.Commit(4, CommitInfo, Add("f2"), Remove("f1"));
        table.Commit(5, CommitInfo, Add("f3"), Add("f4"), """{"txn":{"appId":"3ae45b72-24e1-865a-a211-34987ae02f2a","version":4389}}""");
        table.Commit(6, CommitInfo, Remove("f3"), """{"txn":{"appId":"3ae45b72-24e1-865a-a211-34987ae02f2a","version":4390}}""");
        string before = await table.FilesAsync();
        Compaction(4, 6, Add("f2"), Add("f4"), Remove("f1"), Remove("f3"), """{"txn":{"appId":"3ae45b72-24e1-865a-a211-34987ae02f2a","version":4390}}""");

        Assert.Equal("f0 f2 f4", before);
        Assert.Equal(before, await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_CompactionCoversCommitsAboveTheCheckpoint_IsReadInTheirPlace()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        Commits(2, 5);
        Compaction(2, 4, Add("sum"));

        Assert.Equal("5 a sum", await table.FilesAsync());
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 3)]
    [InlineData(4, 6)]
    [InlineData(0, 6)]
    public async Task Plan_CompactionReachesBeyondTheRange_IsIgnored(long first, long last)
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 6);
        table.Checkpoint(2, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        Compaction(first, last, Add("wrong"));

        Assert.Equal("3 4 5 a", await table.FilesAsync("5"));
    }

    [Fact]
    public async Task Plan_CompactionsNest_TheWidestIsRead()
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 6);
        Compaction(1, 2, Add("wrong"));
        Compaction(1, 5, Add("sum"));
        Compaction(3, 4, Add("wrong"));
        Compaction(1, 3, Add("wrong"));

        Assert.Equal("6 sum", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_CompactionsFollowEachOther_AreAllRead()
    {
        table.WriteLog("00000000000000000000.00000000000000000002.compacted.json", string.Join('\n', Protocol, Metadata(), Add("sum1")));
        table.Commit(0, Protocol, Metadata());
        Commits(1, 6);
        Compaction(3, 5, Add("sum2"));

        Assert.Equal("6 sum1 sum2", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_CompactionsOverlap_TheLaterOneHasTheLastWord()
    {
        table.Commit(0, Protocol, Metadata());
        table.Commit(1, Add("a"), Add("b"));
        table.Commit(2, Add("c"));
        table.Commit(3, Remove("a"), Add("d"));
        table.Commit(4, Remove("c"), Remove("d"));
        table.Commit(5, Add("a"));
        // Both hold version 3, which removes a; only the second one knows that it comes back, and that d does not stay.
        Compaction(1, 3, Remove("a"), Add("b"), Add("c"), Add("d"));
        Compaction(3, 5, Add("a"), Remove("c"), Remove("d"));

        Assert.Equal("a b", await table.FilesAsync());
        Assert.Equal("b c d", await table.FilesAsync("3"));
        Assert.Equal("b", await table.FilesAsync("4"));
    }

    [Fact]
    public async Task Plan_CompactionEndsAfterTheAskedVersion_TimeTravelReadsTheCommits()
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 4);
        Compaction(1, 4, Add("wrong"));

        Assert.Equal("1 2 3", await table.FilesAsync("3"));
        Assert.Equal("wrong", await table.FilesAsync("4"));
    }

    [Fact]
    public async Task Plan_CompactionHoldsTheNewestMetadata_ItsSchemaCounts()
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 2);
        Compaction(1, 2, Metadata(Schema(("id", "long"), ("more", "string"))), Add("a"));

        Assert.Equal(["id", "more"], (await table.SnapshotAsync()).Schema.FieldsList.Select(field => field.Name));
    }

    /// <summary>"The compaction replaces the corresponding commits during action reconciliation", so they need not be there.</summary>
    [Fact]
    public async Task Plan_CommitIsMissingThatACompactionCovers_IsRead()
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 2);
        Commits(4, 5);
        Compaction(2, 4, Add("sum"));

        Assert.Equal("1 5 sum", await table.FilesAsync());
        Assert.Equal("1 sum", await table.FilesAsync("4"));
        Assert.Equal("delta.commit_missing", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync("3"))).Code);
    }

    [Fact]
    public async Task Plan_OnlyACompactionIsLeft_IsItsLastVersion()
    {
        table.WriteLog("00000000000000000000.00000000000000000007.compacted.json", string.Join('\n', Protocol, Metadata(), Add("sum")));

        Assert.Equal("7", (await table.SnapshotAsync()).Id);
        Assert.Equal("sum", await table.FilesAsync());
        Assert.Equal([7L], (await SnapshotsAsync()).Select(snapshot => snapshot.Id));
    }

    [Fact]
    public async Task Plan_CompactionCoversAllButOneMissingCommit_NamesIt()
    {
        table.Commit(0, Protocol, Metadata());
        Compaction(2, 4, Add("sum"));

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.commit_missing", error.Code);
        Assert.Contains("00000000000000000001.json", error.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// "The commit files for a given range are created by doing Action Reconciliation": kernel-rs's own test table has one that is its commits one
    /// behind the other, newest first. As "readers can optionally consume log compactions", its commits are read.
    /// </summary>
    [Fact]
    public async Task Plan_CompactionIsNotReconciled_ItsCommitsAreRead()
    {
        table.Commit(0, Protocol, Metadata());
        table.Commit(1, Add("a"), Add("b"));
        table.Commit(2, Remove("a"));
        table.Commit(3, Metadata(Schema(("id", "long"), ("more", "string"))), Add("c"));
        Compaction(1, 2, Add("a"), Add("b"), Remove("a"));
        Compaction(1, 3, Metadata(), Metadata(Schema(("id", "long"), ("more", "string"))), Remove("a"), Add("b"), Add("wrong"));

        Assert.Equal("b c", await table.FilesAsync());
        Assert.Equal(2, (await table.SnapshotAsync()).Schema.FieldsList.Count);
        Assert.Equal("b", await table.FilesAsync("2"));
        Assert.Equal([0L, 1L, 2L, 3L], (await SnapshotsAsync()).Select(snapshot => snapshot.Id));
    }

    [Fact]
    public async Task Plan_CompactionIsNotReconciledAndACommitIsMissing_NamesIt()
    {
        table.Commit(0, Protocol, Metadata());
        table.Commit(1, Add("a"));
        Compaction(1, 2, Add("a"), Remove("a"));

        Assert.Equal("delta.commit_missing", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    [Theory]
    [InlineData("00000000000000000002.00000000000000000001.compacted.json")]
    [InlineData("00000000000000000001.00000000000000000001.compacted.json")]
    [InlineData("1.2.compacted.json")]
    [InlineData("00000000000000000001.00000000000000000002.compacted.parquet")]
    [InlineData("00000000000000000001.00000000000000000002.compacted.json.tmp")]
    public async Task Plan_NameIsNoneOfACompaction_IsIgnored(string name)
    {
        table.Commit(0, Protocol, Metadata());
        Commits(1, 2);
        table.WriteLog(name, Add("wrong"));

        Assert.Equal("1 2", await table.FilesAsync());
    }

    public void Dispose() => table.Dispose();

    private const string CommitInfo = """{"commitInfo":{"timestamp":1704110400000,"operation":"WRITE"}}""";

    /// <summary>Each adds a file of the name of its version.</summary>
    private void Commits(int first, int last)
    {
        for (int version = first; version <= last; version++)
            table.Commit(version, Add($"{version}"));
    }

    private void Compaction(long first, long last, params string[] actions) =>
        table.WriteLog($"{first:D20}.{last:D20}.compacted.json", string.Join('\n', actions));

    private async Task<List<SnapshotSummary>> SnapshotsAsync() =>
        await (await table.OpenAsync()).SnapshotsAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
}
