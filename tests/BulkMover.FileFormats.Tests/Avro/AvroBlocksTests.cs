using Apache.Arrow.Types;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.Testing.Deletes;
using Xunit;
using static BulkMover.FileFormats.Tests.Avro.AvroTestFile;
using ArrowField = Apache.Arrow.Field;

namespace BulkMover.FileFormats.Tests.Avro;

/// <summary>How files are cut into scans and batches (Avro specification, "Object Container Files").</summary>
public sealed class AvroBlocksTests
{
    private const int Large = 0;
    private const int Small = 8 * 1024 * 1024;

    private static readonly ArrowField Id = Field("id", 1, Int64Type.Default);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static IEnumerable<string> Lines(int rows) => Enumerable.Range(0, rows).Select(Line);

    [Theory]
    [InlineData("null", Small)]
    [InlineData("null", Large)]
    [InlineData("deflate", Large)]
    [InlineData("snappy", Large)]
    [InlineData("zstandard", Large)]
    [InlineData("zstandard", Small)]
    public async Task Read_ManyBlocks_GivesTheRowsInFileOrder(string codec, int smallBytes)
    {
        using AvroTestFile file = Numbers(100, 50, codec, new() { SmallBytes = smallBytes, RunBytes = 500 });

        Assert.Equal(Lines(5000), await file.ReadAsync(Id));
    }

    [Fact]
    public async Task Open_SmallFile_IsReadOnceAndHeld()
    {
        using AvroTestFile file = Numbers(10, 50, "null", new());

        IRowGroupScan scan = Assert.Single(await file.ScansAsync([Id]).ToListAsync(Cancellation));

        using (scan)
        {
            (long offset, int length) = Assert.Single(file.Store.Reads);
            Assert.Equal([0, scan.HeldBytes, 0, 500], (long[])[offset, length, scan.FetchBytes, scan.Rows]);
            Assert.InRange(scan.HeldBytes, 1, file.OpenBytes(Id));
        }
    }

    [Fact]
    public async Task Fetch_LargeFile_ReadsEachRunOfBlocksOnceAndNoMore()
    {
        using AvroTestFile file = Numbers(100, 50, "null", new() { SmallBytes = Large, RunBytes = 500 });
        List<IRowGroupScan> scans = await file.ScansAsync([Id]).ToListAsync(Cancellation);
        Assert.All(file.Store.Reads, read => Assert.InRange(read.Length, 1, file.OpenBytes(Id)));
        file.Store.Reads.Clear();

        foreach (IRowGroupScan scan in scans)
            await scan.FetchAsync(Cancellation);

        Assert.InRange(scans.Count, 10, 100);
        Assert.Equal(5000, scans.Sum(scan => scan.Rows));
        Assert.Equal(scans.Select(scan => scan.FetchBytes), file.Store.Reads.Select(read => (long)read.Length));
        Assert.All(scans, scan => Assert.InRange(scan.FetchBytes, 1, 500));
        scans.ForEach(scan => scan.Dispose());
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Read_BatchRows_BoundABatchAcrossBlocks(int smallBytes)
    {
        using AvroTestFile file = Numbers(7, 5, "deflate", new() { SmallBytes = smallBytes, RunBytes = 1_000_000, BatchRows = 8 });

        string[][] batches = await file.ReadBatchesAsync([Id]);

        Assert.Equal([8, 8, 8, 8, 3], batches.Select(batch => batch.Length));
        Assert.Equal(Lines(35), batches.SelectMany(batch => batch));
    }

    [Fact]
    public async Task Read_BatchBytes_BoundABatchOfLongTexts()
    {
        byte[][] rows = [.. Enumerable.Range(0, 100).Select(i => AvroFiles.Bytes(new byte[20_000]))];
        using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"bytes\""), "null", (100, [.. rows.SelectMany(row => row)])))
        {
            Options = new() { BatchBytes = 100_000 },
        };

        Assert.All((await file.ReadBatchesAsync([Field("v", 1, BinaryType.Default)]))[..^1], batch => Assert.InRange(batch.Length, 4, 6));
    }

    [Fact]
    public async Task Read_NullsOfAWideColumn_AreBoundedByTheWidthTheyGet()
    {
        // A null takes one byte of the file and a whole value of a batch.
        using var file = new AvroTestFile(AvroFiles.ByHand(Record("""["null",{"type":"fixed","name":"x","size":10000}]"""), "null", (1000, new byte[1000])))
        {
            Options = new() { BatchBytes = 100_000 },
        };

        string[][] batches = await file.ReadBatchesAsync([Field("v", 1, new FixedSizeBinaryType(10_000))]);

        Assert.Equal(1000, batches.Sum(batch => batch.Length));
        Assert.All(batches, batch => Assert.InRange(batch.Length, 1, 10));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Read_DeletedPositions_AreCountedFromTheFilesFirstRow(int smallBytes)
    {
        using AvroTestFile file = Numbers(10, 10, "null", new() { SmallBytes = smallBytes, RunBytes = 100, BatchRows = 7 });
        file.Deletes = new Positions(0, 9, 10, 55, 99);

        Assert.Equal(Enumerable.Range(0, 100).Where(id => id is not (0 or 9 or 10 or 55 or 99)).Select(Line), await file.ReadAsync(Id));
        Assert.True(file.OpenBytes(Id) > file.Deletes.Bytes);
    }

    /// <summary>Iceberg spec, "Row Lineage": the position is that in the file, whichever run of blocks a row is read with.</summary>
    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Read_RowIds_AreCountedFromTheFilesFirstRow(int smallBytes)
    {
        using AvroTestFile file = Numbers(10, 10, "null", new() { SmallBytes = smallBytes, RunBytes = 100, BatchRows = 7 }, firstRowId: 1000);
        file.Deletes = new Positions(0, 9, 10, 55, 99);

        Assert.Equal(
            Enumerable.Range(0, 100).Where(id => id is not (0 or 9 or 10 or 55 or 99)).Select(id => $$"""{"id":{{id}},"r":{{1000 + id}}}"""),
            await file.ReadAsync(Id, Field("r", 9, Int64Type.Default).WithRowMetadata(RowMetadata.RowId)));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Read_DeletedByAKeyThatIsNotWanted_IsReadAndLeftOut(int smallBytes)
    {
        byte[][] rows = [.. Enumerable.Range(0, 20).Select(i => (byte[])[.. AvroFiles.Long(i), .. AvroFiles.Long(1000 + i)])];
        using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"long\"", "\"long\""), "null", (20, [.. rows.SelectMany(row => row)])))
        {
            Options = new() { SmallBytes = smallBytes },
            Deletes = new KeyIs(Field("key", 2, Int64Type.Default), 1005),
        };

        Assert.Equal(Enumerable.Range(0, 20).Where(id => id != 5).Select(Line), await file.ReadAsync(Id));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Read_NoColumnIsInTheFile_StillCountsItsRows(int smallBytes)
    {
        using AvroTestFile file = Numbers(10, 10, "deflate", new() { SmallBytes = smallBytes });

        Assert.Equal(Enumerable.Repeat("""{"new":null}""", 100), await file.ReadAsync(Field("new", 9, Int64Type.Default)));
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Open_FileWithoutBlocks_HasNoScans(int smallBytes)
    {
        using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"long\""), "null")) { Options = new() { SmallBytes = smallBytes } };

        Assert.Empty(await file.ScansAsync([Id]).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Read_BlockWithoutRecords_IsNothing()
    {
        using var file = new AvroTestFile(AvroFiles.ByHand(Record("\"long\""), "null", (0, []), (1, [0]), (0, [])));

        Assert.Equal(Lines(1), await file.ReadAsync(Id));
    }

    private static AvroTestFile Numbers(int blocks, int rowsPerBlock, string codec, AvroReadOptions options, long? firstRowId = null)
    {
        (long, byte[])[] parts = [.. Enumerable.Range(0, blocks).Select(block => ((long)rowsPerBlock,
            AvroFiles.Compress(codec, [.. Enumerable.Range(block * rowsPerBlock, rowsPerBlock).SelectMany(id => AvroFiles.Long(id))])))];
        return new AvroTestFile(AvroFiles.ByHand(Record("\"long\""), codec, parts)) { Options = options, FirstRowId = firstRowId };
    }

    private static string Line(int id) => $$"""{"id":{{id}}}""";
}
