using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using BulkMover.Testing;
using BulkMover.Testing.Memory;
using ParquetSharp;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Our own decoder gives what was written, and what Arrow C++ gives: of files that are made up, and of those of the corpus.</summary>
public sealed class DecoderEqualityTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task ReadAsync_AnyFileOfFlatColumns_GivesTheWrittenValuesWithoutTheNativeReader(int seed)
    {
        var random = new Random(seed);
        var fields = new List<Field>();
        int kinds = random.Next(1, 7);
        var values = new List<Func<int, object?>>();
        for (int i = 0; i < kinds; i++)
        {
            (IArrowType type, Func<int, object> value) = AnyFile.Types[random.Next(AnyFile.Types.Length)];
            int distinct = random.Next(2) == 0 ? 3000 : random.Next(1, 40), nullEvery = random.Next(4) switch { 0 => 0, 1 => 1, 2 => 2, _ => random.Next(3, 300) };
            fields.Add(Field($"c{i}", type, nullable: nullEvery != 0 || random.Next(2) == 0));
            values.Add(row => nullEvery > 0 && row % nullEvery == 0 ? null : value(row % distinct));
        }

        var schema = new Schema(fields, null);
        RecordBatch[] rowGroups = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
        {
            int rows = random.Next(5) == 0 ? random.Next(1, 10) : random.Next(10, 3000), first = random.Next(1000);
            return new RecordBatch(schema, fields.Select((field, i) => ArrayOf(field.DataType, [.. Enumerable.Range(first, rows).Select(values[i])])), rows);
        })];
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => AnyFile.Configure(builder, fields.Select(field => (field.Name, field.DataType)), random), [.. rowGroups.Select(batch => batch.Arrays.ToArray())]);
        file.Options = new() { SmallBytes = random.Next(2) == 0 ? 0 : int.MaxValue, BatchRows = random.Next(3) == 0 ? random.Next(1, 200) : 65_536 };
        using var decoded = new DecodedChunks();

        Assert.Equal(rowGroups.SelectMany(Lines), await file.ReadAsync(schema));
        Assert.Equal((rowGroups.Length * fields.Count, 0), (decoded.Own, decoded.Native));
    }

    [Theory]
    [InlineData(0, 100, true)]
    [InlineData(int.MaxValue, 100, true)]
    [InlineData(int.MaxValue, 65_536, true)]
    [InlineData(0, 100, false)]
    [InlineData(int.MaxValue, 65_536, false)]
    public async Task ReadAsync_NestedColumnsBesideFlatOnes_KeepsRowsTogether(int smallBytes, int batchRows, bool isCovered)
    {
        // Text of few values comes as dictionaries, which end with their row group; the native reader's batches do not.
        var schema = new Schema([Field("n", Int64Type.Default), Field("l", new ListType(Field("element", Int32Type.Default))), Field("s", StringType.Default)], null);
        RecordBatch[] rowGroups = [.. new[] { 130, 1, 250, 75 }.Select((rows, group) =>
        {
            var lists = new ListArray.Builder(Field("element", Int32Type.Default));
            for (int i = 0; i < rows; i++)
            {
                lists.Append();
                for (int j = 0; j < i % 3; j++)
                    ((Int32Array.Builder)lists.ValueBuilder).Append(group + i);
            }

            object?[] numbers = [.. Enumerable.Range(0, rows).Select(i => (object)(long)i)], texts = [.. Enumerable.Range(0, rows).Select(i => i % 4 == 0 ? null : (object)Text($"{group} {i % 3}"))];
            return new RecordBatch(schema, [ArrayOf(Int64Type.Default, numbers), lists.Build(), ArrayOf(StringType.Default, texts)], rows);
        })];
        using ParquetTestFile file = new ParquetTestFile { Options = new() { SmallBytes = smallBytes, BatchRows = batchRows } }
            .Write(schema, builder => builder.Compression("l.list.element", isCovered ? Compression.Snappy : Compression.Lz4Hadoop), [.. rowGroups.Select(batch => batch.Arrays.ToArray())]);
        using var decoded = new DecodedChunks();

        Assert.Equal(rowGroups.SelectMany(Lines), await file.ReadAsync(schema));
        Assert.Equal(isCovered ? (12, 0) : (8, 4), (decoded.Own, decoded.Native));
    }

    [Fact]
    public async Task ReadAsync_LeafThatIsNotCovered_LeavesItsWholeColumnToTheNativeReader()
    {
        var bytes = new FixedSizeBinaryType(3);
        var group = new StructType([Field("a", Int64Type.Default), Field("f", bytes)]);
        IArrowArray a = ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, 50).Select(i => (object)(long)i)]), f = ArrayOf(bytes, [.. Enumerable.Range(0, 50).Select(i => new byte[] { 1, 2, (byte)i })]);
        var schema = new Schema([Field("g", group), Field("f", bytes), Field("a", Int64Type.Default)], null);
        IArrowArray[] arrays = [new StructArray(group, 50, [a, f], ArrowBuffer.Empty), f, a];
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => builder.Compression("g.f", Compression.Lz4Hadoop).Compression("f", Compression.Lz4Hadoop), arrays);
        using var decoded = new DecodedChunks();

        Assert.Equal(Lines(new RecordBatch(schema, arrays, 50)), await file.ReadAsync(schema));
        Assert.Equal((1, 3), (decoded.Own, decoded.Native));
    }

    [Fact]
    public async Task ReadAsync_EachFileOfTheCorpus_GivesWhatTheNativeReaderGives()
    {
        using var decoded = new DecodedChunks();
        var differences = new List<string>();
        int files = 0;
        foreach (string path in Directory.EnumerateFiles(CorpusDirectory.Find(), "*.parquet", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            string[] native = await ReadAsync(path, new ParquetReadOptions { OnlyNative = true }), own = await ReadAsync(path, new ParquetReadOptions());
            files++;
            string[] kept = await ReadAsync(path, new ParquetReadOptions { KeepsStoredForms = true });
            if (!native.SequenceEqual(own, StringComparer.Ordinal) || !native.SequenceEqual(kept, StringComparer.Ordinal))
                differences.Add($"{path}: {native.Length}, {own.Length} and {kept.Length} lines, first {native.Zip(own, kept).FirstOrDefault(lines => lines.First != lines.Second || lines.First != lines.Third)}");
        }

        Assert.Empty(differences);
        Assert.True(files > 1000 && decoded.Own > 20_000, $"{files} files, {decoded.Own} chunks by us and {decoded.Native} by Arrow C++");
        TestContext.Current.TestOutputHelper!.WriteLine($"{files} files, {decoded.Own} chunks by us and {decoded.Native} by Arrow C++");
    }

    /// <summary>The rows, and as the last line the error's code if there was one.</summary>
    private static async Task<string[]> ReadAsync(string path, ParquetReadOptions options)
    {
        var lines = new List<string>();
        var allocator = new CountingAllocator();
        using var slabs = new SlabPool();
        try
        {
            Location location = Location.OnDisk(path);
            var store = new LocalObjectStore();
            ParquetFooter footer = await ParquetFooter.ReadAsync(store, location, null, Cancellation);
            var scan = new Scan(new TestSnapshot(footer.Schema, ColumnMatching.Name), null, null);
            var reader = new ParquetScanTaskReader(store, scan, options, allocator) { Slabs = slabs };
            await foreach (IRowGroupScan rowGroup in reader.OpenAsync(new ScanTask(location, footer.FileBytes, null, ScanTask.NoConstants, false), Cancellation))
            {
                using (rowGroup)
                {
                    await rowGroup.FetchAsync(Cancellation);
                    while (rowGroup.ReadNext(Cancellation) is { } batch)
                    {
                        using (batch)
                            lines.AddRange(Lines(batch));
                    }
                }
            }
        }
        catch (BulkMoverException error)
        {
            lines.Add(error.Code);
        }

        Assert.Equal((0, 0), (allocator.LiveBytes + slabs.UsedBytes, allocator.BuffersFreedTwice));
        return [.. lines];
    }
}
