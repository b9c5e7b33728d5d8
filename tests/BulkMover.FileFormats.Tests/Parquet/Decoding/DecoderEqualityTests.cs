using System.Numerics;
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
using TimeUnit = Apache.Arrow.Types.TimeUnit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Our own decoder gives what was written, and what Arrow C++ gives: of files that are made up, and of those of the corpus.</summary>
public sealed class DecoderEqualityTests
{
    private static readonly (IArrowType Type, Func<int, object> Value)[] Types =
    [
        (BooleanType.Default, i => i % 3 == 0),
        (Int8Type.Default, i => (long)(sbyte)i),
        (UInt16Type.Default, i => (long)(i % 65_536)),
        (Int32Type.Default, i => (long)(i % 2 == 0 ? int.MinValue + i : int.MaxValue - i)),
        (Int64Type.Default, i => i % 2 == 0 ? long.MinValue + i : long.MaxValue - i),
        (UInt64Type.Default, i => ulong.MaxValue - (ulong)i),
        (FloatType.Default, i => i / 4.0),
        (DoubleType.Default, i => i / 3.0),
        (HalfFloatType.Default, i => i % 100 / 4.0),
        (Date32Type.Default, i => (long)i),
        (new Time64Type(TimeUnit.Microsecond), i => (long)i * 1_000_003 % 86_400_000_000),
        (new TimestampType(TimeUnit.Millisecond, "UTC"), i => 1_600_000_000_000L + i),
        (new TimestampType(TimeUnit.Nanosecond, (string?)null), i => 1_600_000_000_000_000_000L + i),
        (StringType.Default, i => Text(new string((char)('a' + (i % 26)), i % 71))),
        (BinaryType.Default, i => new byte[] { (byte)i, (byte)(i >> 8) }[..(i % 3)]),
        (new FixedSizeBinaryType(5), i => new byte[] { 1, 2, 3, (byte)(i / 256), (byte)i }),
        (new FixedSizeBinaryType(16), i => new byte[16]),
        (new Decimal128Type(7, 2), i => new BigInteger((i % 2 == 0 ? 1 : -1) * i)),
        (new Decimal128Type(38, 4), i => BigInteger.Pow(10, 33) * (i - 1500)),
        (new Decimal256Type(60, 4), i => BigInteger.Pow(10, 50) * (i - 1500)),
    ];

    private static readonly Compression[] Codecs =
        [Compression.Uncompressed, Compression.Snappy, Compression.Gzip, Compression.Brotli, Compression.Zstd, Compression.Lz4];

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
            (IArrowType type, Func<int, object> value) = Types[random.Next(Types.Length)];
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
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => Configure(builder, fields, random), [.. rowGroups.Select(batch => batch.Arrays.ToArray())]);
        file.Options = new() { SmallBytes = random.Next(2) == 0 ? 0 : int.MaxValue, BatchRows = random.Next(3) == 0 ? random.Next(1, 200) : 65_536 };
        using var decoded = new DecodedChunks();

        Assert.Equal(rowGroups.SelectMany(Lines), await file.ReadAsync(schema));
        Assert.Equal((rowGroups.Length * fields.Count, 0), (decoded.Own, decoded.Native));
    }

    [Theory]
    [InlineData(0, 100)]
    [InlineData(int.MaxValue, 100)]
    [InlineData(int.MaxValue, 65_536)]
    public async Task ReadAsync_NestedColumnsBesideFlatOnes_KeepsRowsTogether(int smallBytes, int batchRows)
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
            .Write(schema, [.. rowGroups.Select(batch => batch.Arrays.ToArray())]);
        using var decoded = new DecodedChunks();

        Assert.Equal(rowGroups.SelectMany(Lines), await file.ReadAsync(schema));
        Assert.Equal((8, 4), (decoded.Own, decoded.Native));
    }

    [Theory]
    [InlineData(Compression.Lz4Hadoop, Encoding.Plain)]
    [InlineData(Compression.Snappy, Encoding.DeltaByteArray)]
    public async Task ReadAsync_WhatIsNotCovered_IsDecodedByTheNativeReader(Compression codec, Encoding encoding)
    {
        var schema = new Schema([Field("f", new FixedSizeBinaryType(3))], null);
        IArrowArray array = ArrayOf(new FixedSizeBinaryType(3), [.. Enumerable.Range(0, 50).Select(i => new byte[] { 1, 2, (byte)i })]);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => builder.Compression(codec).DisableDictionary().Encoding("f", encoding), [array]);
        using var decoded = new DecodedChunks();

        Assert.Equal(Lines(new RecordBatch(schema, [array], 50)), await file.ReadAsync(schema));
        Assert.Equal((0, 1), (decoded.Own, decoded.Native));
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
            if (!native.SequenceEqual(own, StringComparer.Ordinal))
                differences.Add($"{path}: {native.Length} and {own.Length} lines, first {native.Zip(own).FirstOrDefault(pair => pair.First != pair.Second)}");
        }

        Assert.Empty(differences);
        Assert.True(files > 1000 && decoded.Own > 5000, $"{files} files, {decoded.Own} chunks by us and {decoded.Native} by Arrow C++");
        TestContext.Current.TestOutputHelper!.WriteLine($"{files} files, {decoded.Own} chunks by us and {decoded.Native} by Arrow C++");
    }

    private static void Configure(WriterPropertiesBuilder builder, List<Field> fields, Random random)
    {
        builder.Compression(Codecs[random.Next(Codecs.Length)]).DataPageVersion(random.Next(2) == 0 ? ParquetDataPageVersion.V1 : ParquetDataPageVersion.V2);
        if (random.Next(2) == 0)
            builder.EnablePageChecksum();
        if (random.Next(2) == 0)
            builder.WriteBatchSize(random.Next(1, 300)).DataPagesize(random.Next(1, 3000));
        switch (random.Next(3))
        {
            case 0:
                builder.DictionaryPagesizeLimit(random.Next(10, 1000));
                break;
            case 1:
                builder.DisableDictionary();
                foreach (Field field in fields)
                    builder.Encoding(field.Name, EncodingFor(field.DataType, random));
                break;
        }
    }

    private static Encoding EncodingFor(IArrowType type, Random random) => (type, random.Next(3)) switch
    {
        (_, 0) => Encoding.Plain,
        (BooleanType, _) => Encoding.Rle,
        (StringType or BinaryType, 1) => Encoding.DeltaLengthByteArray,
        (StringType or BinaryType, _) => Encoding.DeltaByteArray,
        (FloatType or DoubleType or HalfFloatType or FixedSizeBinaryType, _) => Encoding.ByteStreamSplit,
        (_, 1) => Encoding.DeltaBinaryPacked,
        _ => Encoding.ByteStreamSplit,
    };

    /// <summary>The rows, and as the last line the error's code if there was one.</summary>
    private static async Task<string[]> ReadAsync(string path, ParquetReadOptions options)
    {
        var lines = new List<string>();
        var allocator = new CountingAllocator();
        var slabs = new SlabPool();
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
