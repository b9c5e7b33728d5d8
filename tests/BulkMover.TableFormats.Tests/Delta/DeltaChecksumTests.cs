using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "State Validation": what a replay gives is what the version's writer said.</summary>
public sealed class DeltaChecksumTests : IDisposable
{
    private readonly DeltaFolder table = new();

    public DeltaChecksumTests()
    {
        table.Commit(0, Protocol, Metadata(), Add("a"), Add("b"));
        table.Commit(1, Remove("a"), Add("c"), Add("d"));
    }

    [Theory]
    [InlineData("""{"tableSizeBytes":300,"numFiles":3,"numMetadata":1,"numProtocol":1,"allFiles":[{"path":"b"}]}""")]
    [InlineData("""{"numFiles":3}""")]
    [InlineData("{}")]
    public async Task Plan_ChecksumAgrees_IsRead(string checksum)
    {
        table.WriteLog("00000000000000000001.crc", checksum);

        Assert.Equal("b c d", await table.FilesAsync());
    }

    [Theory]
    [InlineData("""{"tableSizeBytes":300,"numFiles":4}""")]
    [InlineData("""{"tableSizeBytes":299,"numFiles":3}""")]
    public async Task Plan_ChecksumDiffers_ThrowsCorruptTableThatShowsBoth(string checksum)
    {
        table.WriteLog("00000000000000000001.crc", checksum);

        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync());
        Assert.Equal("delta.checksum_differs", error.Code);
        Assert.Contains("3 files of 300 bytes", error.Message, StringComparison.Ordinal);
        // It is of one version only.
        Assert.Equal("a b", await table.FilesAsync("0"));
    }

    /// <summary>"Readers MUST continue functioning if Version Checksum files are missing": one that says nothing is as good as missing.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("{\"numFiles\":")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"numFiles":"many"}""")]
    public async Task Plan_ChecksumIsUnreadable_DoesNotMatter(string checksum)
    {
        table.WriteLog("00000000000000000001.crc", checksum);

        Assert.Equal("b c d", await table.FilesAsync());
    }

    [Fact]
    public async Task Plan_ChecksumOfAnotherVersion_DoesNotMatter()
    {
        table.WriteLog("00000000000000000000.crc", """{"numFiles":99}""");

        Assert.Equal("b c d", await table.FilesAsync());
    }

    /// <summary>"Two writers who race can overwrite each other, producing an arbitrary mix of checkpoint part files."</summary>
    [Fact]
    public async Task Plan_PartsOfTwoCheckpointsAreMixed_TheChecksumTells()
    {
        CheckpointFile.Write(table.LogPath("00000000000000000001.checkpoint.0000000001.0000000002.parquet"), [.. CheckpointRow.State(), CheckpointRow.Add("b")]);
        CheckpointFile.Write(table.LogPath("00000000000000000001.checkpoint.0000000002.0000000002.parquet"), [CheckpointRow.Add("c")]);
        table.WriteLog("00000000000000000001.crc", """{"tableSizeBytes":300,"numFiles":3}""");

        Assert.Equal("delta.checksum_differs", (await Assert.ThrowsAsync<CorruptTableException>(() => table.FilesAsync())).Code);
    }

    /// <summary>The files are counted before those are left out that a filter does not need.</summary>
    [Fact]
    public async Task Plan_FilterLeavesFilesOut_StillAgrees()
    {
        table.Commit(2, Add("e", stats: """{"numRecords":1,"minValues":{"id":1},"maxValues":{"id":1}}"""));
        table.WriteLog("00000000000000000002.crc", """{"tableSizeBytes":400,"numFiles":4}""");

        Assert.Equal("b c d", await table.FilesAsync(where: snapshot => new Core.Filters.Filter.Comparison(
            "id", Core.Filters.ComparisonOperator.Greater, new Core.Types.Scalar(snapshot.Schema.GetFieldByName("id").DataType, 5L))));
    }

    public void Dispose() => table.Dispose();
}
