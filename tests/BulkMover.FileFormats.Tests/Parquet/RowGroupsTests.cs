using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>Which bytes are read, in which pieces, and how rows are cut into batches.</summary>
public sealed class RowGroupsTests
{
    private static readonly Schema Ids = new([Field("id", Int64Type.Default)], null);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_SmallFile_IsOneScanReadWithOneRequest()
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = new ParquetTestFile { Store = store }.Write(Ids, RowGroup(1, 2), RowGroup(3), RowGroup(4, 5));
        long length = new FileInfo(file.Path).Length;

        await foreach (IRowGroupScan scan in file.ScansAsync(Ids))
        {
            using (scan)
            {
                Assert.Equal((5, length, 0), (scan.Rows, scan.HeldBytes, scan.FetchBytes));
                await scan.FetchAsync(Cancellation);
            }
        }

        Assert.Equal([(0, (int)length)], store.Reads);
        Assert.Equal(["""{"id":1}""", """{"id":2}""", """{"id":3}""", """{"id":4}""", """{"id":5}"""], await file.ReadAsync(Ids));
    }

    [Fact]
    public async Task OpenAsync_LargerFile_GivesRowGroupsInOrderAndReadsOnlyWantedChunks()
    {
        var store = new RecordingStore(new LocalObjectStore());
        var schema = new Schema([Field("a", Int64Type.Default), Field("wide", StringType.Default), Field("b", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0, MaxGapBytes = 0 } }
            .Write(schema, [.. Enumerable.Range(0, 3).Select(i => new[] { Longs(i), ArrayOf(StringType.Default, new byte[200_000]), Longs(i + 10) })]);
        var wanted = new Schema([schema.FieldsList[2], schema.FieldsList[0]], null);

        Assert.Equal(["""{"b":10,"a":0}""", """{"b":11,"a":1}""", """{"b":12,"a":2}"""], await file.ReadAsync(wanted));
        Assert.Equal(7, store.Reads.Count);
        Assert.All(store.Reads.Skip(1), read => Assert.InRange(read.Length, 1, 1000));
    }

    [Fact]
    public async Task OpenAsync_PlanningHasReadTheFooter_ReadsOnlyChunks()
    {
        var store = new RecordingStore(new LocalObjectStore()) { Version = "1" };
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0 } }.Write(Ids, RowGroup(1));
        file.End = (await ParquetFooter.ReadAsync(store, file.Location, knownBytes: null, Cancellation)).End;
        long data = new FileInfo(file.Path).Length - file.End.Bytes.Length;
        store.Reads.Clear();

        Assert.Equal(["""{"id":1}"""], await file.ReadAsync(Ids));
        (long offset, int length) = Assert.Single(store.Reads);
        Assert.InRange(offset + length, 1, data);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_FileIsReplacedBehindItsFooter_IsFoundOutBeforeItIsTakenForCorrupt(bool isPlanned)
    {
        var store = new RecordingStore(new LocalObjectStore()) { Version = "1" };
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0 } }.Write(Ids, RowGroup(1));
        file.End = isPlanned ? (await ParquetFooter.ReadAsync(store, file.Location, knownBytes: null, Cancellation)).End : null;

        await foreach (IRowGroupScan scan in file.ScansAsync(Ids))
        {
            using (scan)
            {
                store.Version = "2";
                await File.WriteAllBytesAsync(file.Path, new byte[new FileInfo(file.Path).Length], Cancellation);
                var error = await Assert.ThrowsAsync<EnvironmentException>(() => scan.FetchAsync(Cancellation));
                Assert.Equal("parquet.file_changed", error.Code);
            }
        }
    }

    [Fact]
    public async Task OpenAsync_SmallFileIsReplacedSincePlanning_IsFoundOut()
    {
        var store = new RecordingStore(new LocalObjectStore()) { Version = "1" };
        using ParquetTestFile file = new ParquetTestFile { Store = store }.Write(Ids, RowGroup(1));
        file.End = (await ParquetFooter.ReadAsync(store, file.Location, knownBytes: null, Cancellation)).End;
        store.Version = "2";

        var error = await Assert.ThrowsAsync<EnvironmentException>(() => file.ReadAsync(Ids));
        Assert.Equal("parquet.file_changed", error.Code);
    }

    [Fact]
    public async Task OpenAsync_ChunksCloseTogether_ShareARequest()
    {
        var store = new RecordingStore(new LocalObjectStore());
        var schema = new Schema([Field("a", Int64Type.Default), Field("b", Int64Type.Default), Field("c", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0 } }.Write(schema, [Longs(1), Longs(2), Longs(3)]);

        Assert.Equal(["""{"a":1,"c":3}"""], await file.ReadAsync(new Schema([schema.FieldsList[0], schema.FieldsList[2]], null)));
        Assert.Equal(2, store.Reads.Count);
    }

    [Fact]
    public async Task OpenAsync_RangeLongerThanARequest_IsReadInParts()
    {
        var store = new RecordingStore(new LocalObjectStore());
        var schema = new Schema([Field("s", StringType.Default)], null);
        byte[] text = [.. Enumerable.Range(0, 100_000).Select(i => (byte)('a' + (i % 26)))];
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0, MaxRequestBytes = 4096 } }
            .Write(schema, builder => builder.Compression(ParquetSharp.Compression.Uncompressed), [ArrayOf(StringType.Default, text)]);

        string line = Assert.Single(await file.ReadAsync(schema));

        Assert.Equal($$"""{"s":"{{System.Text.Encoding.ASCII.GetString(text)}}"}""", line);
        Assert.InRange(store.Reads.Count, 25, 80);
        Assert.All(store.Reads.Skip(1), read => Assert.InRange(read.Length, 1, 4096));
    }

    [Fact]
    public async Task OpenAsync_SmallRowGroups_AreJoinedUpToTheSizeOfASmallFile()
    {
        // The file is larger than SmallBytes, so it is not read whole; two row groups of it are not.
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = 2000 } }
            .Write(Ids, builder => builder.Compression(ParquetSharp.Compression.Uncompressed).DisableDictionary(),
                [.. Enumerable.Range(0, 4).Select(i => RowGroup([.. Enumerable.Range(i * 100, 100).Select(n => (long)n)]))]);

        List<long> rows = [];
        await foreach (IRowGroupScan scan in file.ScansAsync(Ids))
        {
            using (scan)
                rows.Add(scan.Rows);
        }

        Assert.Equal([200, 200], rows);
        Assert.Equal(Enumerable.Range(0, 400).Select(n => $"{{\"id\":{n}}}"), await file.ReadAsync(Ids));
    }

    [Fact]
    public async Task OpenAsync_FooterLongerThanTheTail_IsReadWithASecondRequest()
    {
        var store = new RecordingStore(new LocalObjectStore());
        var schema = new Schema([.. Enumerable.Range(0, 1500).Select(i => Field($"column_{i}", Int64Type.Default))], null);
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0 } }
            .Write(schema, [.. Enumerable.Range(0, 1500).Select(i => Longs(i))]);

        Assert.Equal(["""{"column_7":7}"""], await file.ReadAsync(new Schema([schema.FieldsList[7]], null)));
        Assert.Equal(3, store.Reads.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8 * 1024 * 1024)]
    public async Task OpenAsync_FileWithoutRows_GivesNothing(int smallBytes)
    {
        using ParquetTestFile none = new ParquetTestFile { Options = new() { SmallBytes = smallBytes } }.Write(Ids);
        using ParquetTestFile empty = new ParquetTestFile { Options = new() { SmallBytes = smallBytes } }.Write(Ids, RowGroup());

        Assert.Empty(await none.ReadAsync());
        Assert.Empty(await empty.ReadAsync());
    }

    [Fact]
    public async Task ReadNext_ManyRows_AreCutByRows()
    {
        using ParquetTestFile file = new ParquetTestFile { Options = new() { BatchRows = 3 } }.Write(Ids, RowGroup(1, 2, 3, 4, 5, 6, 7));

        Assert.Equal([3, 3, 1], await LengthsAsync(file, Ids));
    }

    [Fact]
    public async Task ReadNext_WideRows_AreCutByBytesAlsoWhenADictionaryHidesTheirSize()
    {
        var schema = new Schema([Field("s", StringType.Default)], null);
        byte[] text = new byte[1000];
        using ParquetTestFile file = new ParquetTestFile { Options = new() { BatchBytes = 10_100 } }
            .Write(schema, [ArrayOf(StringType.Default, [.. Enumerable.Repeat(text, 95)])]);

        List<int> lengths = await LengthsAsync(file, schema);

        Assert.Equal(95, lengths.Sum());
        Assert.All(lengths, length => Assert.InRange(length, 1, 10));
    }

    [Fact]
    public async Task ReadNext_HugeString_IsReadThoughItIsLargerThanABatch()
    {
        var schema = new Schema([Field("s", BinaryType.Default)], null);
        byte[] huge = [.. Enumerable.Range(0, 20_000_000).Select(i => (byte)(i * 7919 >> 8))];
        using ParquetTestFile file = new ParquetTestFile().Write(schema, [ArrayOf(BinaryType.Default, huge, null)]);

        var rows = new List<byte[]?>();
        await foreach (RecordBatch batch in file.BatchesAsync(schema))
        {
            using (batch)
                rows.AddRange(Enumerable.Range(0, batch.Length).Select(row => batch.Column(0).IsNull(row) ? null : ((BinaryArray)batch.Column(0)).GetBytes(row).ToArray()));
        }

        Assert.True(rows is [{ } first, null] && first.AsSpan().SequenceEqual(huge));
    }

    [Fact]
    public async Task ReadNext_ScanDisposed_BatchStaysReadable()
    {
        var schema = new Schema([Field("id", Int64Type.Default), Field("s", StringType.Default)], null);
        using ParquetTestFile file = new ParquetTestFile()
            .Write(schema, builder => builder.Compression(ParquetSharp.Compression.Uncompressed).DisableDictionary(),
                [Longs(1, 2), ArrayOf(StringType.Default, Text("first"), Text("second"))]);
        RecordBatch? batch = null;
        await foreach (IRowGroupScan scan in file.ScansAsync(schema))
        {
            using (scan)
            {
                await scan.FetchAsync(Cancellation);
                batch = scan.ReadNext(Cancellation);
            }
        }

        using (batch)
            Assert.Equal(["""{"id":1,"s":"first"}""", """{"id":2,"s":"second"}"""], Lines(batch!));
    }

    [Fact]
    public async Task ReadNext_Cancelled_ThrowsOperationCanceled()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(Ids, RowGroup(1));
        await foreach (IRowGroupScan scan in file.ScansAsync(Ids))
        {
            using (scan)
            {
                await scan.FetchAsync(Cancellation);
                Assert.Throws<OperationCanceledException>(() => scan.ReadNext(new CancellationToken(canceled: true)));
            }
        }
    }

    [Fact]
    public async Task OpenAsync_FilterRulesRowGroupsOut_TheyAreNotRead()
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0 } }.Write(Ids, RowGroup(1, 9), RowGroup(10, 19), RowGroup(20, 29));

        Assert.Equal(["""{"id":10}""", """{"id":19}"""], await file.ReadAsync(Ids, where: Id(ComparisonOperator.Equal, 15)));
        Assert.Equal(2, store.Reads.Count);
    }

    [Fact]
    public async Task OpenAsync_FilterRulesAllOut_GivesNothing()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(Ids, RowGroup(1, 9), RowGroup(10, 19));

        Assert.Empty(await file.ReadAsync(Ids, where: Id(ComparisonOperator.Greater, 19)));
    }

    [Fact]
    public async Task OpenAsync_FilterOnConstantOrMissingColumn_UsesWhatIsKnown()
    {
        var table = new Schema([Field("id", Int64Type.Default), Field("p", Int64Type.Default), Field("new", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(Ids, RowGroup(1));
        var constants = new Dictionary<string, Scalar> { ["p"] = new(Int64Type.Default, 5L) };

        Assert.Empty(await file.ReadAsync(table, constants: constants, where: new Filter.Comparison("p", ComparisonOperator.Equal, new(Int64Type.Default, 6L))));
        Assert.Empty(await file.ReadAsync(table, constants: constants, where: new Filter.Not(new Filter.IsNull("new"))));
        Assert.Single(await file.ReadAsync(table, constants: constants, where: new Filter.Comparison("p", ComparisonOperator.Equal, new(Int64Type.Default, 5L))));
    }

    [Fact]
    public async Task OpenAsync_FilterOnWidenedColumn_ComparesValues()
    {
        var table = new Schema([Field("id", new Decimal128Type(20, 2))], null);
        using ParquetTestFile file = new ParquetTestFile().Write(new Schema([Field("id", new Decimal128Type(9, 0))], null),
            [ArrayOf(new Decimal128Type(9, 0), new System.Numerics.BigInteger(5))]);
        Scalar five = new(new Decimal128Type(20, 2), new System.Numerics.BigInteger(500));

        Assert.Single(await file.ReadAsync(table, where: new Filter.Comparison("id", ComparisonOperator.Equal, five)));
        Assert.Empty(await file.ReadAsync(table, where: new Filter.Comparison("id", ComparisonOperator.Less, five)));
    }

    [Fact]
    public async Task OpenAsync_FileIsGone_ThrowsObjectMissing()
    {
        using ParquetTestFile file = new ParquetTestFile().Write(Ids, RowGroup(1));
        var reader = new ParquetScanTaskReader(new LocalObjectStore(), new Scan(new TestSnapshot(Ids, ColumnMatching.Name), null, null), new(), Apache.Arrow.Memory.MemoryAllocator.Default.Value);
        var task = new ScanTask(file.Location.Parent.Combine("gone"), 10, null, ScanTask.NoConstants, false);

        var error = await Assert.ThrowsAsync<CorruptTableException>(async () => await reader.OpenAsync(task, Cancellation).ToListAsync(Cancellation));

        Assert.Equal("store.object_missing", error.Code);
    }

    private static IArrowArray[] RowGroup(params long[] ids) => [Longs(ids)];

    private static IArrowArray Longs(params long[] values) => ArrayOf(Int64Type.Default, [.. values.Select(value => (object?)value)]);

    private static Filter Id(ComparisonOperator op, long value) => new Filter.Comparison("id", op, new Scalar(Int64Type.Default, value));

    private static async Task<List<int>> LengthsAsync(ParquetTestFile file, Schema schema)
    {
        var lengths = new List<int>();
        await foreach (RecordBatch batch in file.BatchesAsync(schema))
        {
            using (batch)
                lengths.Add(batch.Length);
        }

        return lengths;
    }
}
