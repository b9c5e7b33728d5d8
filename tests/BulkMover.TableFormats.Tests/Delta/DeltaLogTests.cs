using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Which files of the log make up a version (PROTOCOL.md, "Delta Log Entries", "Checkpoints", "Last Checkpoint File").</summary>
public sealed class DeltaLogTests : IDisposable
{
    private readonly DeltaFolder table = new();

    [Fact]
    public async Task Open_NoLog_SaysItIsNoDeltaTable() =>
        Assert.Equal("delta.log_missing", (await Assert.ThrowsAsync<CorruptTableException>(table.OpenAsync)).Code);

    [Fact]
    public async Task Open_LogWithoutCommitOrCompleteCheckpoint_IsEmpty()
    {
        table.WriteLog("_last_checkpoint", """{"version":3,"size":1}""");
        table.WriteLog("00000000000000000003.crc", "{}");
        CheckpointFile.Write(table.LogPath("00000000000000000003.checkpoint.0000000001.0000000002.parquet"), CheckpointRow.State());

        Assert.Equal("delta.log_empty", (await Assert.ThrowsAsync<CorruptTableException>(table.OpenAsync)).Code);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    public async Task Plan_CommitsHaveGap_NamesTheMissingCommit(long first, long second)
    {
        table.Commit(first, Protocol, Metadata(), Add("a"));
        table.Commit(second, Add("b"));

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.commit_missing", error.Code);
        Assert.Contains(first == 0 ? "00000000000000000001.json" : "00000000000000000000.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_LogIsCutBeforeCheckpoint_ReadsFromTheCheckpoint()
    {
        table.Checkpoint(5, [.. CheckpointRow.State(), CheckpointRow.Add("a"), CheckpointRow.Add("b")]);
        table.Commit(6, Remove("a"), Add("c"));

        Assert.Equal("b c", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_CheckpointWithoutAnyCommit_IsItsVersion()
    {
        table.Checkpoint(20, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);

        Assert.Equal("20", (await table.SnapshotAsync()).Id);
        Assert.Equal("a", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_GapIsBelowCheckpoint_DoesNotMatter()
    {
        table.Commit(0, Protocol, Metadata(), Add("old"));
        table.Checkpoint(5, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        table.Commit(5, Add("a"));
        table.Commit(6, Add("b"));

        Assert.Equal("a b", await table.FilesAsync());
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"version":99,"size":1}""")]
    [InlineData("""{"version":0,"size":1,"parts":7}""")]
    [InlineData("""{"version":1,"size":1,"checksum":"00000000000000000000000000000000"}""")]
    [InlineData("""{"version":1,"size":1,"v2Checkpoint":{"path":"gone.json","nonFileActions":[{"metaData":{"schemaString":"wrong"}}],"sidecarFiles":[{"path":"gone"}]}}""")]
    [InlineData("")]
    public async Task Plan_LastCheckpointIsWrong_DoesNotMatter(string hint)
    {
        table.WriteLog("_last_checkpoint", hint);
        table.Commit(0, Protocol, Metadata(), Add("a"));
        table.Commit(1, Add("b"));

        Assert.Equal("a b", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_MultiPartCheckpoint_ReadsAllParts()
    {
        CheckpointFile.Write(table.LogPath("00000000000000000003.checkpoint.0000000001.0000000003.parquet"), [CheckpointRow.Add("a")]);
        CheckpointFile.Write(table.LogPath("00000000000000000003.checkpoint.0000000002.0000000003.parquet"), CheckpointRow.State());
        CheckpointFile.Write(table.LogPath("00000000000000000003.checkpoint.0000000003.0000000003.parquet"), [CheckpointRow.Add("b")]);

        Assert.Equal("a b", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_MultiPartCheckpointLacksPart_IsIgnored()
    {
        table.Commit(0, Protocol, Metadata(), Add("a"));
        table.Commit(1, Add("b"));
        CheckpointFile.Write(table.LogPath("00000000000000000001.checkpoint.0000000001.0000000002.parquet"), [CheckpointRow.Add("wrong")]);

        Assert.Equal("a b", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_TwoKindsOfCheckpointForOneVersion_ReadsEachFileOnce()
    {
        CheckpointRow[] rows = [.. CheckpointRow.State(), CheckpointRow.Add("a")];
        table.Checkpoint(1, rows);
        CheckpointFile.Write(table.LogPath("00000000000000000001.checkpoint.0000000001.0000000002.parquet"), CheckpointRow.State());
        CheckpointFile.Write(table.LogPath("00000000000000000001.checkpoint.0000000002.0000000002.parquet"), [CheckpointRow.Add("a")]);

        Assert.Equal("a", await table.FilesAsync());
    }

    [Theory]
    [InlineData("00000000000000000001.json.tmp")]
    [InlineData(".00000000000000000001.json.crc")]
    [InlineData("1.json")]
    [InlineData("_staged_commits/00000000000000000001.3a0d65cd-4056-49b8-937b-95f9e3ee90e5.json")]
    [InlineData("_commits/00000000000000000001.json")]
    public async Task Plan_FileThatIsNoLogEntry_IsIgnored(string name)
    {
        table.Commit(0, Protocol, Metadata(), Add("a"));
        table.WriteLog(name, Add("wrong"));

        Assert.Equal("a", await table.FilesAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Plan_V2CheckpointWithSidecars_ReadsThem(bool isJson)
    {
        string sidecar = table.LogPath("_sidecars/3a0d65cd.parquet");
        CheckpointFile.Write(sidecar, [CheckpointRow.Add("a"), CheckpointRow.Add("b")]);
        long bytes = new FileInfo(sidecar).Length;
        if (isJson)
        {
            table.WriteLog("00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", string.Join('\n',
                """{"checkpointMetadata":{"version":4}}""", ProtocolWith("v2Checkpoint"), Metadata(),
                $$$"""{"sidecar":{"path":"3a0d65cd.parquet","sizeInBytes":{{{bytes}}},"modificationTime":0}}"""));
        }
        else
        {
            table.Checkpoint(4, [.. CheckpointRow.State(), new CheckpointRow { Sidecar = ("3a0d65cd.parquet", bytes) }]);
        }

        table.Commit(5, Remove("b"));

        Assert.Equal("a", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_SidecarIsGone_ThrowsCorruptTable()
    {
        table.Checkpoint(4, [.. CheckpointRow.State(), new CheckpointRow { Sidecar = ("gone.parquet", 100) }]);

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.file_gone", error.Code);
        Assert.Contains("_sidecars/gone.parquet", error.Message, StringComparison.Ordinal);
    }

    /// <summary>"Sidecar files must always reside in the table's own _delta_log/_sidecars directory": "Sidecar File Information".</summary>
    [Theory]
    [InlineData("a%20b.parquet")]
    [InlineData("s3://elsewhere/before/_delta_log/_sidecars/a%20b.parquet")]
    [InlineData("file:///elsewhere/_delta_log/_sidecars/a%20b.parquet")]
    public async Task Plan_SidecarIsNamedByAnyPath_IsFoundInTheTable(string path)
    {
        string sidecar = table.LogPath("_sidecars/a b.parquet");
        CheckpointFile.Write(sidecar, [CheckpointRow.Add("a"), new CheckpointRow { RemovePath = "b" }]);
        table.Checkpoint(4, [.. CheckpointRow.State(), new CheckpointRow { Sidecar = (path, new FileInfo(sidecar).Length) }]);

        Assert.Equal("a", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_SidecarHasNoSize_ThrowsCorruptTable()
    {
        table.WriteLog("00000000000000000004.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json", string.Join('\n',
            ProtocolWith("v2Checkpoint"), Metadata(), """{"sidecar":{"path":"a.parquet"}}"""));

        Assert.Equal("delta.checkpoint_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    /// <summary>"For performance reasons, readers should prefer to use the newest complete checkpoint possible."</summary>
    [Fact]
    public async Task Plan_NewerCheckpointLacksAPart_TheOlderOneIsUsed()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(), CheckpointRow.Add("a")]);
        table.Commit(2, Add("b"));
        CheckpointFile.Write(table.LogPath("00000000000000000002.checkpoint.0000000002.0000000002.parquet"), [CheckpointRow.Add("wrong")]);

        Assert.Equal("a b", await table.FilesAsync());
    }

    /// <summary>"Checkpoint Schema": "any missing column should be treated as null"; statistics are text, a struct, both or none.</summary>
    [Fact]
    public async Task Plan_CheckpointHasStatisticsOfAnyKind_RowsAreKnownWhereTheyAre()
    {
        table.Checkpoint(1, [.. CheckpointRow.State(), CheckpointRow.Add("a"), CheckpointRow.Add("b") with { Stats = """{"numRecords":2}""" },
            CheckpointRow.Add("c") with { ParsedStats = CheckpointStatistics.OfId(3, 1, 9) },
            CheckpointRow.Add("d") with { Stats = """{"numRecords":4}""", ParsedStats = CheckpointStatistics.OfId(5, 1, 9) }]);

        Assert.Equal([null, 2, 3, 4], (await table.PlanAsync()).Select(task => task.Rows));
    }

    /// <summary>A name that is there twice says two things, and one of them would be lost.</summary>
    [Fact]
    public async Task Plan_LineHasTwoAdds_ThrowsCorruptTable()
    {
        table.Commit(0, Protocol, Metadata(), $"{Add("a")[..^1]},{Add("b")[1..]}");

        Assert.Equal("delta.log_broken", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    [Theory]
    [InlineData("{\"add\":")]
    [InlineData("{}x")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"add\":{\"path\":\"\\ud83d\"}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":1e99}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"partitionValues\":{\"p\":1}}}")]
    [InlineData("{\"add\":{\"path\":null,\"size\":1}}")]
    [InlineData("{\"add\":{\"path\":\"a%00b\",\"size\":1}}")]
    [InlineData("{\"add\":{\"path\":\"a\",\"size\":-1}}")]
    [InlineData("{\"add\":{\"path\":\"a\"}}")]
    public async Task Plan_LineIsNoAction_ThrowsCorruptTable(string line)
    {
        table.Commit(0, Protocol, Metadata());
        table.Commit(1, line);

        await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
    }

    [Fact]
    public async Task Plan_LinesAreLongAndEndAnyhow_AreAllRead()
    {
        string tags = new('x', 3_000_000);
        table.WriteLog("00000000000000000000.json",
            $"\n{Protocol}\r\n{Metadata()}\n\n{Add("a")}\n{{\"commitInfo\":{{\"note\":\"{tags}\"}}}}\n{Add("b")}");

        Assert.Equal("a b", await table.FilesAsync());
    }

    public void Dispose() => table.Dispose();
}
