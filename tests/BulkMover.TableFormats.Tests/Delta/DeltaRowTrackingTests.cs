using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using Xunit;
using static BulkMover.TableFormats.Tests.Delta.DeltaFolder;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>PROTOCOL.md, "Row Tracking": "Reader Requirements for Row Tracking".</summary>
public sealed class DeltaRowTrackingTests : IDisposable
{
    private const string Tracked = """{"protocol":{"minReaderVersion":1,"minWriterVersion":7,"writerFeatures":["rowTracking","domainMetadata"]}}""";

    private readonly DeltaFolder table = new();

    /// <summary>Materialized columns go first: readers look for them under the names in the table's properties.</summary>
    [Fact]
    public async Task Open_RowTrackingIsEnabled_HasTheMaterializedColumns()
    {
        table.Commit(0, Tracked, Enabled());

        ITableSnapshot snapshot = await table.SnapshotAsync();

        Assert.Equal(
            [("_metadata.row_id", "_row-id-col-1", RowMetadata.RowId), ("_metadata.row_commit_version", "_row-version-col-1", RowMetadata.LastChange)],
            snapshot.MetadataColumns.Select(column => (column.Name, column.PhysicalName(), column.GetRowMetadata()!.Value)));
        Assert.Contains(snapshot.Features, feature => feature is { Name: "rowTracking", State: FeatureState.Read });
    }

    /// <summary>"Supported" is not "enabled": files from before have no ids.</summary>
    [Fact]
    public async Task Open_RowTrackingIsOnlySupported_HasNoMetadataColumns()
    {
        table.Commit(0, Tracked, Metadata());

        Assert.Empty((await table.SnapshotAsync()).MetadataColumns);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Plan_FileOfTheLogOrACheckpoint_HasItsBaseRowIdAndCommitVersion(bool checkpoint)
    {
        table.Commit(0, Tracked, Enabled(), Add("a", baseRowId: 1000));
        if (checkpoint)
        {
            table.Checkpoint(0, [.. CheckpointRow.State(), CheckpointRow.Add("a") with { BaseRowId = 1000 }]);
            File.Delete(table.LogPath($"{0:D20}.json"));
        }

        ScanTask task = Assert.Single(await table.PlanAsync());
        Assert.Equal((1000L, 4L), (task.FirstRowId, task.LastChange));
    }

    [Fact]
    public async Task Plan_FileWithoutBaseRowId_IsBrokenForScansOfIdsAlone()
    {
        table.Commit(0, Tracked, Enabled(), Add("a"));

        Assert.Equal("a", await table.FilesAsync());
        ITableSnapshot snapshot = await table.SnapshotAsync();
        await Assert.ThrowsAsync<CorruptTableException>(async () => await snapshot
            .PlanAsync(new Scan(snapshot, ["_metadata.row_id"], null), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Plan_FilterByRowId_RulesNoFileOut()
    {
        table.Commit(0, Tracked, Enabled(), Add("a", baseRowId: 1000));

        Assert.Equal("a", await table.FilesAsync(where: snapshot => Core.Filters.FilterParser.Parse("_metadata.row_id = 1003", Scan.Nameable(snapshot))));
    }

    public void Dispose() => table.Dispose();

    private static string Enabled() => Metadata(Schema(("id", "long")), configuration: new Dictionary<string, string>
    {
        ["delta.enableRowTracking"] = "true",
        ["delta.rowTracking.materializedRowIdColumnName"] = "_row-id-col-1",
        ["delta.rowTracking.materializedRowCommitVersionColumnName"] = "_row-version-col-1",
    });
}
