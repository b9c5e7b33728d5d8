using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg;
using BulkMover.Testing.Catalogs;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg.Catalogs;

/// <summary>A catalog's table is planned from the metadata in the answer.</summary>
public sealed class CatalogTableTests : IDisposable
{
    private readonly CatalogServer server = new();

    public void Dispose() => server.Dispose();

    [Fact]
    public async Task Open_TableOfACatalog_IsPlannedWithoutReadingItsMetadataDocument()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile("s3://lake/db/t/data/a.parquet")));

        IReadOnlyList<string> files = await PlanAsync(table, "s3a://lake/db/t/metadata/00001-x.metadata.json");

        Assert.Equal(["s3://lake/db/t/data/a.parquet"], files);
        Assert.DoesNotContain(table.Store.Opened, opened => opened.Name.EndsWith(".json", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("s3://lake/db/t/metadata/00001-x.metadata.json")]
    public async Task Open_FilesOutsideTheLocation_AreReadWhereTheMetadataSays(string? metadataLocation)
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile("s3://archive/old/a.parquet")));

        Assert.Equal(["s3://archive/old/a.parquet"], await PlanAsync(table, metadataLocation));
        Assert.Equal(0, table.Store.ExistsCalls);
    }

    [Fact]
    public async Task Open_MetadataIsElsewhereBecauseTheTableSaysSo_IsReadWhereTheMetadataSays()
    {
        TestTable table = new TestTable().WithSnapshot(new TestManifest(new TestFile("s3://lake/db/t/data/a.parquet")));
        table.Metadata["properties"]!["write.metadata.path"] = "s3://meta/t";

        Assert.Equal(["s3://lake/db/t/data/a.parquet"], await PlanAsync(table, "s3://meta/t/00001-x.metadata.json"));
    }

    [Fact]
    public async Task Open_TableWasMovedAsAWhole_IsReadWhereItsMetadataLies()
    {
        TestTable table = new TestTable("hdfs://node:8020/warehouse/t") { Root = new Location("s3", "copy/t") }
            .WithSnapshot(new TestManifest(new TestFile("hdfs://node:8020/warehouse/t/data/a.parquet")))
            .WithDataFiles("data/a.parquet");

        Assert.Equal(["s3://copy/t/data/a.parquet"], await PlanAsync(table, "s3://copy/t/metadata/v1.metadata.json"));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("main")]
    [InlineData("audit")]
    [InlineData("2023-11-14T22:13:21Z")]
    public async Task Open_SnapshotBranchTagOrTime_AsFromOtherSources(string selector)
    {
        TestTable table = new TestTable()
            .WithSnapshot(7, 1_700_000_000_000, new TestManifest(new TestFile("s3://lake/db/t/data/a.parquet")))
            .WithSnapshot(8, 1_700_000_600_000, new TestManifest(new TestFile("s3://lake/db/t/data/b.parquet")));
        table.Metadata["refs"]!["audit"] = new System.Text.Json.Nodes.JsonObject { ["snapshot-id"] = 7, ["type"] = "tag" };

        string expected = selector == "main" ? "b" : "a";

        Assert.Equal([$"s3://lake/db/t/data/{expected}.parquet"], await PlanAsync(table, null, selector));
    }

    private async Task<IReadOnlyList<string>> PlanAsync(TestTable table, string? metadataLocation, string? selector = null)
    {
        server.Add(new ServedTable(["ns"], "t", table.Metadata.ToJsonString(), metadataLocation));
        IcebergTable opened = IcebergTable.Open(table.Store, await server.LoadAsync());
        ITableSnapshot snapshot = await opened.OpenSnapshotAsync(selector is null ? null : SnapshotSelector.Parse(selector), TestContext.Current.CancellationToken);
        return await snapshot.PlanAsync(new Scan(snapshot, null, null), TestContext.Current.CancellationToken)
            .Select(task => task.File.ToString()).ToListAsync(TestContext.Current.CancellationToken);
    }
}
