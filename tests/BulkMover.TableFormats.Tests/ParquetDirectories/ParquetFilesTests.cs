using System.Buffers.Binary;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using BulkMover.TableFormats.ParquetDirectories;
using Xunit;

namespace BulkMover.TableFormats.Tests.ParquetDirectories;

/// <summary>Which files are the table.</summary>
public sealed class ParquetFilesTests : IDisposable
{
    private readonly ParquetFolder folder = new();

    [Theory]
    [InlineData("a.parquet")]
    [InlineData("a.anything")]
    [InlineData("_hidden")]
    [InlineData("a[1]*?{x}.parquet")]
    [InlineData("part 1%20é'\".parquet")]
    public async Task Plan_PathIsAFile_IsThatFile(string name)
    {
        folder.Write(name);
        folder.Write("a1x.parquet");

        ScanTask task = Assert.Single(await ParquetFolder.PlanAsync(await folder.SnapshotAsync(name)));
        Assert.Equal(folder.Location.Combine(name), task.File);
        Assert.Equal((1L, new FileInfo(folder.PathOf(name)).Length), (task.Rows, task.FileBytes));
    }

    [Fact]
    public async Task Plan_TellsTheEndsThatTheSurveyHasRead()
    {
        folder.Write("t/a.parquet");
        folder.Write("t/b.parquet", ParquetFolder.Column("id", Int64Type.Default), ParquetFolder.Column("added", StringType.Default));

        foreach (ScanTask task in await ParquetFolder.PlanAsync(await folder.SnapshotAsync("t")))
        {
            byte[] file = await File.ReadAllBytesAsync(task.File.Path, TestContext.Current.CancellationToken);
            // The footer, its length in four bytes, and the magic (parquet-format README, "File format").
            int length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(^8..)) + 8;
            Assert.Equal(file[^length..], task.End!.Bytes.ToArray());
            // From nowhere else, when the file is gone.
            File.Delete(task.File.Path);
            Assert.Equal(1, (await ParquetFooter.ReadAsync(new LocalObjectStore(), task, TestContext.Current.CancellationToken)).Rows);
        }
    }

    [Fact]
    public async Task Plan_Directory_HasTheFilesThatEnginesWrite()
    {
        foreach (string name in new[] { "a.parquet", "b.PARQ", "c.pq", "000000_0", "d/e/f.parquet", "_p=1/x.parquet" })
            folder.Write("t/" + name);
        foreach (string name in new[] { "_SUCCESS", "_metadata", ".a.parquet.crc", "_temporary/0/x.parquet", ".hive-staging/x.parquet", "d/_x.parquet" })
            folder.WriteText("t/" + name, "no Parquet");

        CorruptTableException layouts = await Assert.ThrowsAsync<CorruptTableException>(() => folder.FilesAsync("t"));
        Assert.Equal("parquet.partition_layouts_differ", layouts.Code);
        Directory.Delete(folder.PathOf("t/_p=1"), recursive: true);
        Assert.Equal("t/000000_0 t/a.parquet t/b.PARQ t/c.pq t/d/e/f.parquet", await folder.FilesAsync("t"));
    }

    [Fact]
    public async Task Open_FilesWithOtherEndings_AreLeftOutAndNoted()
    {
        folder.Write("t/a.parquet");
        folder.WriteText("t/readme.txt", "text");

        ITableSnapshot snapshot = await folder.SnapshotAsync("t");
        Assert.Contains("'readme.txt'", Assert.Single(snapshot.Notes), StringComparison.Ordinal);
        Assert.Single(await ParquetFolder.PlanAsync(snapshot));
    }

    [Theory]
    [InlineData("t/*.parquet", "t/a.parquet t/b.parquet")]
    [InlineData("t/**/*.parquet", "t/a.parquet t/b.parquet t/d/c.parquet")]
    [InlineData("t/{a,x}.parquet", "t/a.parquet")]
    [InlineData("t/[bx].parquet", "t/b.parquet")]
    [InlineData("t/d*", "t/d/c.parquet t/data.other")]
    [InlineData("*/d", "t/d/c.parquet")]
    public async Task Plan_Glob_IsWhatItMatches(string glob, string expected)
    {
        foreach (string name in new[] { "a.parquet", "b.parquet", "d/c.parquet", "data.other", "_hidden.parquet" })
            folder.Write("t/" + name);

        Assert.Equal(expected, await folder.FilesAsync(glob));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("missing/*.parquet")]
    [InlineData("t")]
    [InlineData("t/*.pq")]
    public async Task Open_NoFile_SaysSo(string path)
    {
        folder.WriteText("t/_SUCCESS", "");
        folder.WriteText("t/readme.txt", "");

        Assert.Equal("parquet.no_files", (await Assert.ThrowsAsync<InvalidInputException>(() => folder.SnapshotAsync(path))).Code);
    }

    [Fact]
    public async Task Open_StoreRefuses_TellsWhatWasNamedAndNotWhatIsLookedForBesideIt()
    {
        ParquetTable table = await ParquetTable.OpenAsync(new RefusingStore(), new Location("s3", "bucket/t"), TestContext.Current.CancellationToken);

        Assert.Equal("s3://bucket/t", (await Assert.ThrowsAsync<EnvironmentException>(() => table.OpenSnapshotAsync(null, TestContext.Current.CancellationToken))).Message);
    }

    [Theory]
    [InlineData("no Parquet at all")]
    [InlineData("")]
    [InlineData("PAR1PAR1")]
    public async Task Open_FileIsNotParquet_NamesIt(string content)
    {
        folder.Write("t/a.parquet");
        folder.WriteText("t/b.parquet", content);

        Assert.Contains("b.parquet", (await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_DirectoryIsADeltaTable_IsReadOnlyByGlob()
    {
        folder.Write("t/a.parquet");
        folder.WriteText("t/_delta_log/00000000000000000000.json", "{}");

        Assert.Equal("parquet.is_delta", (await Assert.ThrowsAsync<InvalidInputException>(() => folder.SnapshotAsync("t"))).Code);
        Assert.Equal("t/a.parquet", await folder.FilesAsync("t/**/*.parquet"));
    }

    [Fact]
    public async Task Open_SnapshotIsNamed_IsTheUsersError()
    {
        folder.Write("a.parquet");

        Assert.Equal("parquet.no_snapshots", (await Assert.ThrowsAsync<InvalidInputException>(() => folder.SnapshotAsync("a.parquet", "7"))).Code);
    }

    [Fact]
    public async Task Plan_ManyFiles_KeepsTheirOrderAndRows()
    {
        for (int i = 0; i < 100; i++)
            folder.Write($"t/{i:D3}.parquet");

        Assert.Equal(string.Join(' ', Enumerable.Range(0, 100).Select(i => $"t/{i:D3}.parquet")), await folder.FilesAsync("t"));
    }

    [Fact]
    public async Task Plan_FewFilesOfAStoreWithVersions_GivesThoseThatWereOpenedAndListsNoMore()
    {
        var store = new VersionedFiles();
        using var versioned = new ParquetFolder { Store = store };
        versioned.Write("t/a.parquet");
        versioned.Write("t/b.parquet");
        ITableSnapshot snapshot = await versioned.SnapshotAsync("t");
        int before = store.Listings;

        versioned.Write("t/c.parquet");
        List<ScanTask> plan = await ParquetFolder.PlanAsync(snapshot);

        Assert.Equal([("a.parquet", "1"), ("b.parquet", "1")], plan.Select(task => (task.File.Name, task.End!.Version!)));
        Assert.Equal(before, store.Listings);
    }

    [Fact]
    public async Task Plan_MoreFilesThanAreKept_GivesAllInTheirOrder()
    {
        for (int i = 0; i < 1001; i++)
            folder.Write($"t/{i:D4}.parquet");
        ITableSnapshot snapshot = await folder.SnapshotAsync("t");

        Assert.Equal(Enumerable.Range(0, 1001).Select(i => $"{i:D4}.parquet"), (await ParquetFolder.PlanAsync(snapshot)).Select(task => task.File.Name));
    }

    [Fact]
    public async Task Open_OneOfManyIsBroken_ThrowsItsError()
    {
        for (int i = 0; i < 50; i++)
            folder.Write($"t/{i:D3}.parquet");
        folder.WriteText("t/020.parquet", "broken");

        Assert.Contains("020.parquet", (await Assert.ThrowsAsync<CorruptTableException>(() => folder.SnapshotAsync("t"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_FileIsWrittenAgainWithTheSameLength_IsAnotherSnapshot()
    {
        folder.Write("t/a.parquet");
        File.SetLastWriteTimeUtc(folder.PathOf("t/a.parquet"), DateTime.UnixEpoch.AddDays(1));
        string id = (await folder.SnapshotAsync("t")).Id;

        Assert.Equal(id, (await folder.SnapshotAsync("t")).Id);
        File.SetLastWriteTimeUtc(folder.PathOf("t/a.parquet"), DateTime.UnixEpoch.AddDays(2));
        Assert.NotEqual(id, (await folder.SnapshotAsync("t")).Id);
        Assert.NotEqual((await folder.SnapshotAsync("t/a.parquet")).Id, id);
    }

    [Theory]
    [InlineData("grows")]
    [InlineData("vanishes")]
    [InlineData("appears")]
    [InlineData("moves")]
    public async Task Plan_FilesChangedSinceTheyWereOpened_ThrowsCorruptTable(string change)
    {
        folder.Write("t/a.parquet");
        folder.Write("t/b.parquet");
        ITableSnapshot snapshot = await folder.SnapshotAsync("t");

        switch (change)
        {
            case "grows":
                await File.AppendAllTextAsync(folder.PathOf("t/b.parquet"), "x", TestContext.Current.CancellationToken);
                break;
            case "vanishes":
                File.Delete(folder.PathOf("t/b.parquet"));
                break;
            case "appears":
                folder.Write("t/c.parquet");
                break;
            default:
                File.Move(folder.PathOf("t/b.parquet"), folder.PathOf("t/p=1/b.parquet"));
                break;
        }

        Assert.Equal("parquet.files_changed", (await Assert.ThrowsAsync<CorruptTableException>(() => ParquetFolder.PlanAsync(snapshot))).Code);
    }

    public void Dispose() => folder.Dispose();

    private sealed class RefusingStore : IObjectStore
    {
        public ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken) => throw Refused(location);

        public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => throw Refused(location);

        public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => throw Refused(prefix);

        private static EnvironmentException Refused(Location location) => new("store.access_denied", location.ToString());
    }
}
