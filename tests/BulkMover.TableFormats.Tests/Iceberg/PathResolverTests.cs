using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Paths;
using BulkMover.Testing.Stores;
using Xunit;

namespace BulkMover.TableFormats.Tests.Iceberg;

public sealed class PathResolverTests
{
    private readonly MemoryObjectStore store = new();

    [Theory]
    [InlineData("/old/t", "/old/t/data/a.parquet")]
    [InlineData("/old/t/", "/old/t//data/a.parquet")]
    [InlineData("file:/old/t", "file:///old/t/data/a.parquet")]
    [InlineData("/old/t", "file:/old/t/data/a.parquet")]
    [InlineData("s3a://lake/t", "s3://lake/t/data/a.parquet")]
    [InlineData("hdfs://node:8020/old/t", "hdfs://node:8020/old/t/data/a.parquet")]
    [InlineData("hdfs://node:8020/old/t", "/old/t/data/a.parquet")]
    [InlineData("./t", "t/data/a.parquet")]
    [InlineData("old/t", "old/t/data/a.parquet")]
    public async Task Resolve_BelowTheLocation_IsBelowWhereTheTableWasFound(string location, string path) =>
        Assert.Equal("/new/t/data/a.parquet", (await ResolveAsync("/new/t", location, path, "/new/t/data/a.parquet")).Path);

    [Fact]
    public async Task Resolve_LocationIsOnlyThePrefixOfAName_IsNotBelow() =>
        await Assert.ThrowsAsync<CorruptTableException>(() => ResolveAsync("/new/t", "/old/t", "/old/t2/data/a.parquet", "/new/t/data/a.parquet"));

    [Theory]
    [InlineData("/new/t", "/old/t", "/old/t_data/a.parquet", "/new/t_data/a.parquet")]
    [InlineData("/new/db/t", "/old/db/t", "/old/other/a.parquet", "/new/other/a.parquet")]
    [InlineData("/new/t2", "s3://lake/db/t", "s3a://lake/db/t/data/a.parquet", "/new/t/data/a.parquet")]
    public async Task Resolve_BesideTheLocation_IsBesideWhereTheTableWasFound(string root, string location, string path, string file) =>
        Assert.Equal(file, (await ResolveAsync(root, location, path, file)).Path);

    [Fact]
    public async Task Resolve_MetadataUnderAnotherName_MakesThatNameTheTables()
    {
        Put("/new/t/metadata/snap-1.avro", "/new/t/data/a.parquet");
        PathResolver paths = PathResolver.ForMetadata(store, Location.OnDisk("/new/t"), "gs://bucket/t");
        await paths.ResolveAsync("data/other/metadata/snap-1.avro", TestContext.Current.CancellationToken);

        Location file = await paths.ForDataFiles().ResolveAsync("data/other/data/a.parquet", TestContext.Current.CancellationToken);

        Assert.Equal("/new/t/data/a.parquet", file.Path);
    }

    [Fact]
    public async Task Resolve_MovedMetadataAndDataThatStayed_FindsBoth() =>
        Assert.Equal("/old/t/data/a.parquet", (await ResolveAsync("/new/t", "/old/t", "/old/t/data/a.parquet", "/old/t/data/a.parquet")).Path);

    [Fact]
    public async Task Resolve_NowhereToBeFound_NamesFileAndPlaces()
    {
        CorruptTableException error = await Assert.ThrowsAsync<CorruptTableException>(
            () => ResolveAsync("/new/t", "/old/t", "/old/t/data/a.parquet", "/new/t/data/b.parquet"));

        Assert.Equal("iceberg.file_missing", error.Code);
        Assert.Contains("'/new/t/data/a.parquet', nor at '/old/t/data/a.parquet'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("hdfs://node/t/a.parquet")]
    public async Task Resolve_NoPathInTheTablesStore_ThrowsCorruptTable(string path)
    {
        await Assert.ThrowsAsync<CorruptTableException>(() => ResolveAsync("/new/t", "/new/t", path, "/x"));
        await Assert.ThrowsAsync<CorruptTableException>(() => ResolveAsync("/new/t", "/old/t", path, "/x"));
    }

    [Fact]
    public async Task Resolve_ManyFilesOfAMovedTable_AsksTheStoreOnce()
    {
        Put("/new/t/p=0/a.parquet");
        PathResolver paths = PathResolver.ForMetadata(store, Location.OnDisk("/new/t"), "/old/t").ForDataFiles();
        for (int i = 0; i < 100; i++)
            Assert.Equal($"/new/t/p={i}/a.parquet", (await paths.ResolveAsync($"/old/t/p={i}/a.parquet", TestContext.Current.CancellationToken)).Path);

        Assert.Equal(1, store.ExistsCalls);
    }

    [Fact]
    public async Task Resolve_FileBesideARenamedTable_DoesNotMisleadTheTablesOwnFiles()
    {
        Put("/new/other/a.parquet", "/old/b.parquet", "/new/t2/data/c.parquet", "/new/t/data/c.parquet");
        PathResolver paths = PathResolver.ForMetadata(store, Location.OnDisk("/new/t2"), "/old/t").ForDataFiles();

        Assert.Equal("/new/other/a.parquet", (await paths.ResolveAsync("/old/other/a.parquet", TestContext.Current.CancellationToken)).Path);
        Assert.Equal("/old/b.parquet", (await paths.ResolveAsync("/old/b.parquet", TestContext.Current.CancellationToken)).Path);
        Assert.Equal("/new/t2/data/c.parquet", (await paths.ResolveAsync("/old/t/data/c.parquet", TestContext.Current.CancellationToken)).Path);
    }

    [Fact]
    public async Task Resolve_TableWhereItWasWritten_AsksNothingAndKeepsThePath()
    {
        PathResolver paths = PathResolver.ForMetadata(store, new Location("s3", "lake/t"), "s3a://lake/t/");

        Assert.False(paths.IsMoved);
        Assert.Equal(new Location("s3", "other/t//a b%20c.parquet"), await paths.ResolveAsync("s3n://other/t//a b%20c.parquet", TestContext.Current.CancellationToken));
        Assert.Equal(0, store.ExistsCalls);
    }

    [Theory]
    [InlineData("abfss://c@lake.dfs.core.windows.net/t", "abfss://c@lake.dfs.core.windows.net/t/data/a%20b")]
    [InlineData("abfss://c@lake.dfs.core.windows.net/t/", "wasbs://c@lake.blob.core.windows.net/t/data/a%20b")]
    [InlineData("az://c/t", "https://lake.blob.core.windows.net/c/t/data/a%20b")]
    [InlineData("az://lake/c/t", "abfss://c/t/data/a%20b")]
    public async Task Resolve_TableInAzureWhereItWasWritten_AsksNothingHoweverItsPathsAddressIt(string location, string path)
    {
        PathResolver paths = PathResolver.ForMetadata(store, new Location("az", "lake/c/t"), location).ForDataFiles();

        Assert.False(paths.IsMoved);
        for (int i = 0; i < 2; i++)
            Assert.Equal(new Location("az", $"lake/c/t/data/a%20b{i}"), await paths.ResolveAsync($"{path}{i}", TestContext.Current.CancellationToken));
        Assert.Equal(new Location("az", "lake/other/x"), await paths.ResolveAsync("abfss://other@lake.dfs.core.windows.net/x", TestContext.Current.CancellationToken));
        Assert.Equal(0, store.ExistsCalls);
    }

    [Fact]
    public async Task Resolve_TableCopiedToAnotherAccount_IsReadThere()
    {
        store[new Location("az", "copy/c/t/data/a")] = [0];
        PathResolver paths = PathResolver.ForMetadata(store, new Location("az", "copy/c/t"), "abfss://c@lake.dfs.core.windows.net/t").ForDataFiles();

        Assert.True(paths.IsMoved);
        Assert.Equal(new Location("az", "copy/c/t/data/a"), await paths.ResolveAsync("abfss://c@lake.dfs.core.windows.net/t/data/a", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Plan_MovedTable_ReadsItThereAndSaysSo()
    {
        TestTable table = new TestTable("hdfs://node:8020/warehouse/t") { Root = new Location("s3", "copy/t") }
            .WithSnapshot(new TestManifest(new TestFile("hdfs://node:8020/warehouse/t/data/a.parquet")))
            .WithDataFiles("data/a.parquet");

        ScanTask task = Assert.Single(await table.PlanAsync());

        Assert.Equal("s3://copy/t/data/a.parquet", task.File.ToString());
        Assert.Contains((await table.OpenSnapshotAsync()).Notes, note => note.Contains("'hdfs://node:8020/warehouse/t'", StringComparison.Ordinal));
    }

    private void Put(params string[] files)
    {
        foreach (string file in files)
            store[Location.OnDisk(file)] = [0];
    }

    private async Task<Location> ResolveAsync(string root, string location, string path, params string[] files)
    {
        Put(files);
        return await PathResolver.ForMetadata(store, Location.OnDisk(root), location).ForDataFiles().ResolveAsync(path, TestContext.Current.CancellationToken);
    }
}
