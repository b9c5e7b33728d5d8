using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Which files are alive (PROTOCOL.md, "Action Reconciliation", "Add File and Remove File").</summary>
public sealed class DeltaReplayTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Fact]
    public async Task Plan_FileIsRemovedAndComesBack_IsThereOnce()
    {
        table.Commit(0, Protocol, Metadata(), Add("a"), Add("b"));
        table.Commit(1, Remove("a"), Remove("b"));
        table.Commit(2, Add("a", stats: """{"numRecords":7}"""));

        ScanTask task = Assert.Single(await table.PlanAsync());
        Assert.Equal(("a", 7L, 100L), (task.File.Name, task.Rows, task.FileBytes));
    }

    [Fact]
    public async Task Plan_FileIsAddedAgain_TheNewestWordCounts()
    {
        table.Checkpoint(0, [.. CheckpointRow.State(), new CheckpointRow { AddPath = "a", Stats = """{"numRecords":1}""" }]);
        table.Commit(1, Add("a", stats: """{"numRecords":2}"""));

        Assert.Equal(2, Assert.Single(await table.PlanAsync()).Rows);
    }

    [Fact]
    public async Task Plan_CheckpointListsAFileManyTimes_IsThereOnce()
    {
        table.Checkpoint(0, [.. CheckpointRow.State(), .. Enumerable.Repeat(CheckpointRow.Add("a"), 70), CheckpointRow.Add("b")]);

        Assert.Equal("a b", await table.FilesAsync());
    }

    [Theory]
    [InlineData("dir/a%20b", "dir/a b")]
    [InlineData("dir/a%20b", "dir/%61%20b")]
    [InlineData("/x/a%23b", "file:/x/a%23b")]
    [InlineData("file:///x/a", "/x/a")]
    public async Task Plan_SamePathWrittenInTwoWays_IsOneFile(string added, string removed)
    {
        table.Commit(0, Protocol, Metadata(), Add(added));
        table.Commit(1, Remove(removed));

        Assert.Empty(await table.PlanAsync());
    }

    [Theory]
    [InlineData("part=a%20b/x.parquet", "part=a b/x.parquet")]
    [InlineData("part=a%2520b/x.parquet", "part=a%20b/x.parquet")]
    [InlineData("100%/a+b.parquet", "100%/a+b.parquet")]
    [InlineData("%E2%82%AC'\"é.parquet", "€'\"é.parquet")]
    [InlineData("time=12:30/x", "time=12:30/x")]
    public async Task Plan_RelativePath_IsDecodedOnceAndBelowTheTable(string path, string expected)
    {
        table.Commit(0, Protocol, Metadata(), Add(path));

        Assert.Equal(expected, await table.FilesAsync());
    }

    [Theory]
    [InlineData("s3://bucket/a%20b/c", "s3://bucket/a b/c")]
    [InlineData("file:///elsewhere/c", "/elsewhere/c")]
    [InlineData("/elsewhere/c", "/elsewhere/c")]
    public async Task Plan_AbsolutePath_StaysWhereItIs(string path, string expected)
    {
        table.Commit(0, Protocol, Metadata(), Add(path));

        Assert.Equal(expected, Assert.Single(await table.PlanAsync()).File.ToString());
    }

    [Theory]
    [InlineData("../a")]
    [InlineData("x/../../a")]
    [InlineData("x/%2E%2E/a")]
    [InlineData("./a")]
    [InlineData("x/..")]
    public async Task Plan_RelativePathLeadsOut_IsAnError(string path)
    {
        table.Commit(0, Protocol, Metadata(), Add(path));

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.action_broken", error.Code);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("...")]
    [InlineData("x./.y/a..b")]
    [InlineData("x/a.")]
    public async Task Plan_NamesHavePoints_AreNames(string path)
    {
        table.Commit(0, Protocol, Metadata(), Add(path));

        Assert.Equal(path, await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_OneCommitAddsAndRemovesAFile_IsAContradiction()
    {
        table.Commit(0, Protocol, Metadata());
        table.Commit(1, Remove("a"), Add("a"));

        Assert.Equal("delta.log_contradiction", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    /// <summary>"A single log entry MUST NOT include more than one action that reconciles with each other", nor does a checkpoint.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plan_FileIsAddedTwiceAtOnceWithOtherPartitionValues_IsAContradiction(bool inCheckpoint)
    {
        string schema = Schema(("id", "long"), ("p", "integer"));
        if (inCheckpoint)
        {
            table.Checkpoint(0, [.. CheckpointRow.State(schema, "p"), .. new[] { "1", "2" }.Select(value =>
                new CheckpointRow { AddPath = "a", PartitionValues = new() { ["p"] = value } })]);
        }
        else
        {
            table.Commit(0, Protocol, Metadata(schema, ["p"]), Add("a", new Dictionary<string, string?> { ["p"] = "1" }), Add("a", new Dictionary<string, string?> { ["p"] = "2" }));
        }

        Assert.Equal("delta.log_contradiction", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    [Fact]
    public async Task Plan_ContradictionIsSettledLater_IsRead()
    {
        table.Commit(0, Protocol, Metadata(), Remove("a"), Add("a"), Add("b"), Add("b"));
        table.Commit(1, Remove("a"));

        Assert.Equal("b", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_RemoveNamesAnotherVector_LeavesTheFileWithoutOne()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(), Add("a", vector: "v1"));
        table.Commit(1, Remove("a", vector: "v1"), Add("a"));

        Assert.Equal("a", await table.FilesAsync());
    }

    /// <summary>"It is illegal for a path to occur in an add action that already occurs with a different dvId, unless the commit also contains a remove."</summary>
    [Theory]
    [InlineData("v1", "v2")]
    [InlineData(null, "v2")]
    [InlineData("v1", null)]
    public async Task Plan_FileGetsAnotherVectorAndKeepsTheOld_IsAContradiction(string? older, string? newer)
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(), Add("a", vector: older), Add("b"));
        table.Commit(1, Add("a", vector: newer));

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.log_contradiction", error.Code);
        Assert.Contains("/a'", error.Message, StringComparison.Ordinal);
    }

    /// <summary>"It is illegal for the same path to occur twice with different dvIds within each set of add or remove actions."</summary>
    [Fact]
    public async Task Plan_OneCommitAddsAPathWithTwoVectors_IsAContradiction()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(), Add("a", vector: "v1"), Add("a", vector: "v2"));

        Assert.Equal("delta.log_contradiction", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    /// <summary>"It is legal to commit an existing path and dvId combination again (this allows metadata updates)": the latest statistics count.</summary>
    [Fact]
    public async Task Plan_FileWithVectorIsCommittedAgain_TheLatestStatisticsCount()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(), Add("a", vector: "v1", stats: """{"numRecords":1}"""));
        table.Commit(1, Add("a", vector: "v1", stats: """{"numRecords":2}"""));

        Assert.Equal(2, Assert.Single(await table.PlanAsync()).Rows);
    }

    [Fact]
    public async Task Plan_VectorsFollowEachOther_OnlyTheLastIsAlive()
    {
        table.Commit(0, ProtocolWith("deletionVectors"), Metadata(), Add("a"), Add("b"));
        table.Commit(1, Remove("a"), Add("a", vector: "v1"));
        table.Commit(2, Remove("a", vector: "v1"), Add("a", vector: "v2"));

        Assert.Equal("a b", await table.FilesAsync());
        Assert.Equal("a b", await table.FilesAsync("1"));
    }

    [Fact]
    public async Task Plan_TombstoneInCheckpoint_IsNoFile()
    {
        table.WriteLog("00000000000000000001.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", string.Join('\n', Protocol, Metadata(), Add("a"), Remove("b")));

        Assert.Equal("a", await table.FilesAsync());
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task Open_ProtocolOrMetadataIsMissing_ThrowsCorruptTable(bool hasProtocol, bool hasMetadata)
    {
        table.Commit(0, hasProtocol ? Protocol : "{}", hasMetadata ? Metadata() : "{}", Add("a"));

        Assert.Equal("delta.state_missing", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
    }

    [Fact]
    public async Task Open_MetadataChanges_TheNewestSchemaCounts()
    {
        table.Commit(0, Protocol, Metadata(), Add("a"));
        table.Commit(1, Metadata(Schema(("id", "long"), ("more", "string"))));

        Assert.Equal(["id", "more"], (await table.SnapshotAsync()).Schema.FieldsList.Select(field => field.Name));
        Assert.Equal(["id"], (await table.SnapshotAsync("0")).Schema.FieldsList.Select(field => field.Name));
    }

    /// <summary>"Subsequent metaData actions completely overwrite", "the latest protocol action seen wins".</summary>
    [Fact]
    public async Task Open_ProtocolChanges_TheNewestCounts()
    {
        table.Commit(0, ProtocolWith("ofTomorrow"), Metadata(), Add("a"));
        table.Commit(1, ProtocolWith("timestampNtz"));
        table.Commit(2, Add("b"));

        Assert.Equal(["timestampNtz"], (await table.SnapshotAsync()).Features.Select(feature => feature.Name));
        Assert.Equal("a b", await table.FilesAsync());
        await Assert.ThrowsAsync<UnsupportedFeatureException>(() => table.FilesAsync("0"));
    }

    /// <summary>"A single log entry MUST NOT include more than one Metadata action, more than one protocol action."</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Open_OneCommitHasTwoProtocolsOrMetadata_IsAContradiction(bool protocols)
    {
        table.Commit(0, Protocol, Metadata(), Add("a"));
        table.Commit(1, protocols ? [Protocol, Protocol] : [Metadata(), Metadata(Schema(("other", "long")))]);

        Assert.Equal("delta.log_contradiction", (await Assert.ThrowsAsync<CorruptTableException>(() => table.SnapshotAsync())).Code);
        Assert.Equal("a", await table.FilesAsync("0"));
    }

    /// <summary>"Snapshot reads only return add actions": of the others a reader of rows needs nothing ("Add CDC File", "Transaction Identifiers",
    /// "Domain Metadata", "Commit Provenance Information"); "v2 checkpoint spec actions do not participate in log replay" of commits.</summary>
    [Theory]
    [InlineData("""{"cdc":{"path":"_change_data/c","partitionValues":{},"size":1,"dataChange":false}}""")]
    [InlineData("""{"txn":{"appId":"a","version":-1}}""")]
    [InlineData("""{"domainMetadata":{"domain":"delta.rowTracking","configuration":"{\"rowIdHighWaterMark\":9}","removed":false}}""")]
    [InlineData("""{"domainMetadata":{"domain":"x","configuration":"","removed":true}}""")]
    [InlineData("""{"commitInfo":{"add":{"path":"wrong"}}}""")]
    [InlineData("""{"sidecar":{"path":"gone.parquet","sizeInBytes":1,"modificationTime":0}}""")]
    [InlineData("""{"checkpointMetadata":{"version":7}}""")]
    public async Task Plan_ActionSaysNothingOfRows_IsSkipped(string action)
    {
        table.Commit(0, action, Protocol, Metadata(), Add("a"));

        Assert.Equal("a", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_UnknownActionsAndFields_AreIgnored()
    {
        table.Commit(0, Protocol, Metadata(), """{"add":{"path":"a","partitionValues":{},"size":1,"new":{"x":[1]}},"newAction":{"path":"b"}}""");

        Assert.Equal("a", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_Twice_GivesTheSameOrder()
    {
        table.Checkpoint(0, [.. CheckpointRow.State(), .. Enumerable.Range(0, 50).Select(i => CheckpointRow.Add($"c{i}"))]);
        table.Commit(1, [.. Enumerable.Range(0, 50).Select(i => Add($"a{i}"))]);

        Assert.Equal(await table.PlanAsync(), await table.PlanAsync(), (left, right) => left.File == right.File);
    }

    public void Dispose() => table.Dispose();
}
