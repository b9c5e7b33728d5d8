using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class SnapshotSelectionTests
{
    /// <summary>Three snapshots at seconds 1, 2 and 3 of 2024; 1 was made current again at second 4. Schema 1 is current, 0 was written with.</summary>
    private static TestTable NewTable()
    {
        var table = new TestTable();
        long start = DateTimeOffset.Parse("2024-01-01T00:00:00Z", null).ToUnixTimeMilliseconds();
        for (int id = 1; id <= 3; id++)
            table.WithSnapshot(id, start + id * 1000);
        table.Metadata["snapshot-log"]!.AsArray().Add(JsonNode.Parse($$"""{"snapshot-id":1,"timestamp-ms":{{start + 4000}}}"""));
        table.Metadata["current-snapshot-id"] = 1;
        table.Metadata["schemas"]!.AsArray().Add(JsonNode.Parse(
            """{"type":"struct","schema-id":1,"fields":[{"id":1,"name":"renamed","required":true,"type":"long"}]}"""));
        table.Metadata["current-schema-id"] = 1;
        table.Metadata["refs"] = JsonNode.Parse("""
            {"main":{"snapshot-id":1,"type":"branch"},"audit":{"snapshot-id":2,"type":"branch"},
             "v1.0":{"snapshot-id":3,"type":"tag"},"2024-01-01":{"snapshot-id":2,"type":"tag"}}
            """);
        return table;
    }

    [Theory]
    [InlineData(null, "1", "renamed")]
    [InlineData("main", "1", "renamed")]
    [InlineData("audit", "2", "renamed")]
    [InlineData("v1.0", "3", "id")]
    [InlineData("2", "2", "id")]
    [InlineData("2024-01-01", "2", "id")]
    [InlineData("2024-01-01T00:00:01Z", "1", "id")]
    [InlineData("2024-01-01T00:00:02.999Z", "2", "id")]
    [InlineData("2024-01-01T00:00:03Z", "3", "id")]
    [InlineData("2025-01-01", "1", "id")]
    public async Task Open_Selector_HasSnapshotAndSchema(string? selector, string id, string firstColumn)
    {
        IcebergSnapshot snapshot = await NewTable().OpenSnapshotAsync(selector);

        Assert.Equal((id, firstColumn), (snapshot.Id, snapshot.Schema.FieldsList[0].Name));
    }

    [Theory]
    [InlineData("9")]
    [InlineData("v2.0")]
    [InlineData("2023-12-31")]
    public async Task Open_NoSuchSnapshot_ListsWhatExists(string selector)
    {
        InvalidInputException error = await Assert.ThrowsAsync<InvalidInputException>(() => NewTable().OpenSnapshotAsync(selector));

        Assert.Equal("iceberg.snapshot_unknown", error.Code);
        Assert.Contains("Branches and tags: 2024-01-01, audit, main, v1.0", error.Message, StringComparison.Ordinal);
    }

    // "Point in Time Reads (Time Travel)": the log tells what was current, and a commit to a branch is not in it.
    [Fact]
    public async Task Open_PointInTime_FollowsTheLogAndNotTheTimesOfSnapshots()
    {
        TestTable table = NewTable();
        long onBranch = DateTimeOffset.Parse("2024-01-01T00:00:02.500Z", null).ToUnixTimeMilliseconds();
        table.WithSnapshot(8, onBranch);
        JsonArray log = table.Metadata["snapshot-log"]!.AsArray();
        log.RemoveAt(log.Count - 1);
        table.Metadata["current-snapshot-id"] = 1;

        Assert.Equal("2", (await table.OpenSnapshotAsync("2024-01-01T00:00:02.750Z")).Id);
    }

    [Fact]
    public async Task Open_TimeWithoutSnapshotLog_AsksForAnId()
    {
        TestTable table = NewTable();
        table.Metadata.Remove("snapshot-log");

        Assert.Equal("iceberg.snapshot_log_missing", (await Assert.ThrowsAsync<InvalidInputException>(() => table.OpenSnapshotAsync("2024-06-01"))).Code);
    }

    [Fact]
    public async Task Open_SnapshotOfThatTimeHasExpired_ThrowsInvalidInput()
    {
        TestTable table = NewTable();
        table.Metadata["snapshots"]!.AsArray().RemoveAt(1);

        await Assert.ThrowsAsync<InvalidInputException>(() => table.OpenSnapshotAsync("2024-01-01T00:00:02Z"));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("null")]
    public async Task Open_NoSnapshotYet_IsEmptyTableWithItsSchema(string current)
    {
        var table = new TestTable();
        table.Metadata["current-snapshot-id"] = JsonNode.Parse(current);

        IcebergSnapshot snapshot = await table.OpenSnapshotAsync();

        Assert.Equal(("none", 3), (snapshot.Id, snapshot.Schema.FieldsList.Count));
        Assert.Empty(await table.PlanAsync());
    }

    [Fact]
    public async Task Open_CurrentSnapshotIsNotListed_ThrowsCorruptTable()
    {
        var table = new TestTable();
        table.Metadata["current-snapshot-id"] = 5;

        await Assert.ThrowsAsync<CorruptTableException>(() => table.OpenSnapshotAsync());
    }

    [Fact]
    public async Task Snapshots_SeveralWithReferences_AreListedOldestFirst()
    {
        IcebergTable table = await NewTable().OpenAsync();

        List<SnapshotSummary> snapshots = await table.SnapshotsAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], snapshots.Select(snapshot => snapshot.Id));
        Assert.Equal("append", snapshots[0].Operation);
        Assert.Equal(["2024-01-01", "audit"], snapshots[1].Refs);
    }
}
