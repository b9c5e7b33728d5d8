using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta.Writing;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;
using static BulkMover.TableFormats.Tests.Delta.Writing.WrittenTable;

namespace BulkMover.TableFormats.Tests.Delta.Writing;

/// <summary>PROTOCOL.md, "Checkpoints": what the log tells is in the checkpoint alone.</summary>
public sealed class CheckpointWritingTests : IDisposable
{
    private const string Every2 = "delta.checkpointInterval";

    private readonly WrittenTable table = new();

    [Fact]
    public async Task Copy_TenthVersion_WritesACheckpointThatIsTheTable()
    {
        for (long i = 0; i <= 10; i++)
            await table.CopyAsync(CopyMode.Append, $"t{i}", ["p"], Ids(i), Texts("p", i % 2 == 0 ? "a b" : null));
        string rows = await table.RowsAsync();

        Assert.Contains("00000000000000000010.checkpoint.parquet", table.LogNames);
        Assert.StartsWith("""{"version":10,"size":24,""", await File.ReadAllTextAsync(Path.Combine(table.Location.Path, "_delta_log", "_last_checkpoint"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        DeleteCommits(10);
        Assert.Equal(rows, await table.RowsAsync());
        Assert.Equal(1, await table.FilesAsync("id = 4"));
        Assert.Equal(1, await new DeltaDirectory(table.Store, table.Location, null).LastCommitAsync(new TransferId("t3"), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Copy_CheckpointUponCheckpoint_CarriesAllOver()
    {
        table.Commit(0, """{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"writerFeatures":["deletionVectors","domainMetadata"]}}""",
            Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string> { [Every2] = "2" }),
            """{"domainMetadata":{"domain":"own","configuration":"{}","removed":false}}""", """{"domainMetadata":{"domain":"gone","configuration":"{}","removed":true}}""",
            """{"txn":{"appId":"other","version":7,"lastUpdated":1}}""", Add("dead"), Add("old", vector: "ab^-aqEH.-t@S}K{vb[*k^"));
        table.Commit(1, $$$"""{"remove":{"path":"dead","deletionTimestamp":{{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}},"dataChange":true,"size":5}}""",
            """{"remove":{"path":"long ago","deletionTimestamp":1,"dataChange":true}}""");
        for (long i = 2; i <= 4; i++)
        {
            await table.CopyAsync(CopyMode.Append, $"t{i}", Ids(i));
            if (i == 2)
                DeleteCommits(2);
        }

        DeleteCommits(4);

        LatestVersion state = (await LatestVersion.ReadAsync(table.Store, table.Location, null, TestContext.Current.CancellationToken))!;
        var writers = await state.Replay.WriterActionsAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["bulkmover-t2", "bulkmover-t3", "bulkmover-t4", "other"], writers.Select(action => action.Txn?.AppId).OfType<string>().Order(StringComparer.Ordinal));
        Assert.Equal(["own"], writers.Select(action => action.DomainMetadata?.Domain).OfType<string>());
        Assert.Equal(["dead"], writers.Select(action => action.Remove?.Path).OfType<string>());
        Assert.Equal(("2", 4), (state.Property(Every2), await table.FilesAsync()));
        Assert.Equal(["deletionVectors", "domainMetadata"], state.WriterFeatures);
    }

    [Theory]
    [InlineData("v2Checkpoint", "own", "1")]
    [InlineData("deletionVectors", "delta.checkpoint.writeStatsAsStruct", "true")]
    public async Task Copy_CheckpointWouldNotBeWhole_LeavesItToOthers(string feature, string property, string value)
    {
        table.Commit(0, ProtocolWith(feature), Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string> { [Every2] = "1", [property] = value }));

        await table.CopyAsync(CopyMode.Append, "t1", Ids(1));

        Assert.DoesNotContain(table.LogNames, name => name.Contains("checkpoint", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copy_CheckpointFails_CommitStands()
    {
        table.Commit(0, Protocol, Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string> { [Every2] = "1" }));
        table.Store.Refused = ".checkpoint.parquet";

        Assert.Equal(1, await table.CopyAsync(CopyMode.Append, "t1", Ids(1)));
        Assert.Equal("""{"id":1}""", await table.RowsAsync());
    }

    public void Dispose() => table.Dispose();

    /// <summary>The log as its cleanup leaves it: from the checkpoint on.</summary>
    private void DeleteCommits(long upTo)
    {
        for (long version = 0; version <= upTo; version++)
            File.Delete(table.LogPath(version));
    }
}
