using System.Text.Json.Nodes;
using BulkMover.Core.Tables;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

/// <summary>When snapshots may be expired (Iceberg spec, "Snapshot Retention Policy"; the property's default is 5 days).</summary>
public sealed class RetentionTests
{
    private const string Property = "history.expire.max-snapshot-age-ms";
    private const long First = 1_700_000_000_000, Second = 1_700_000_600_000;

    [Fact]
    public async Task Retention_OfTheCurrentSnapshot_IsNotCountedYet() =>
        Assert.Equal(new SnapshotRetention(Property, TimeSpan.FromDays(5), null), await RetentionAsync(Table(), null));

    [Fact]
    public async Task Retention_OfAnEarlierSnapshot_CountsFromItsCommit()
    {
        TestTable table = Table();
        table.Metadata["properties"] = new JsonObject { [Property] = "3600000" };

        Assert.Equal(new SnapshotRetention(Property, TimeSpan.FromHours(1), DateTimeOffset.FromUnixTimeMilliseconds(First)), await RetentionAsync(table, "1"));
    }

    [Fact]
    public async Task Retention_OfASnapshotWithATag_HasNoEnd()
    {
        TestTable table = Table();
        table.Metadata["refs"] = new JsonObject { ["audit"] = new JsonObject { ["snapshot-id"] = 1, ["type"] = "tag" } };

        Assert.Null(await RetentionAsync(table, "audit"));
    }

    [Fact]
    public async Task Retention_OfTheHeadOfABranch_IsNotCountedYet()
    {
        TestTable table = Table();
        table.Metadata["refs"] = new JsonObject { ["work"] = new JsonObject { ["snapshot-id"] = 1, ["type"] = "branch" } };

        Assert.Null((await RetentionAsync(table, "work"))!.Since);
    }

    private static TestTable Table() => new TestTable().WithSnapshot(1, First).WithSnapshot(2, Second);

    private static async Task<SnapshotRetention?> RetentionAsync(TestTable table, string? selector) =>
        ((IExpiringSnapshot)await table.OpenSnapshotAsync(selector)).Retention;
}
