using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Parquet.Thrift;
using BulkMover.ObjectStores.Local;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>BloomFilter.md. The filters are made here as the text says, from values in plain encoding that are written out.</summary>
public sealed class BloomFilterTests
{
    private static readonly Schema Ids = new([Field("c", Int64Type.Default)], null);

    public static TheoryData<IArrowType, object, byte[], IArrowType, object, object> Values() => new()
    {
        { Int32Type.Default, -2L, [0xFE, 0xFF, 0xFF, 0xFF], Int32Type.Default, -2L, -3L },
        { Int32Type.Default, 7L, [7, 0, 0, 0], Int64Type.Default, 7L, 8L },
        { UInt32Type.Default, 4_294_967_295L, [0xFF, 0xFF, 0xFF, 0xFF], Int64Type.Default, 4_294_967_295L, 4_294_967_294L },
        { UInt64Type.Default, ulong.MaxValue, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], UInt64Type.Default, ulong.MaxValue, 3UL },
        { Int64Type.Default, 258L, [2, 1, 0, 0, 0, 0, 0, 0], Int64Type.Default, 258L, 259L },
        { FloatType.Default, 1.5, [0, 0, 0xC0, 0x3F], DoubleType.Default, 1.5, 2.5 },
        { DoubleType.Default, 1.5, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F], DoubleType.Default, 1.5, 2.5 },
        { DoubleType.Default, -0.0, [0, 0, 0, 0, 0, 0, 0, 0x80], DoubleType.Default, 0.0, 1.0 },
        { DoubleType.Default, 0.0, [0, 0, 0, 0, 0, 0, 0, 0], DoubleType.Default, -0.0, 1.0 },
        { StringType.Default, "ü"u8.ToArray(), [0xC3, 0xBC], StringType.Default, "ü"u8.ToArray(), "u"u8.ToArray() },
        { StringType.Default, ""u8.ToArray(), [], StringType.Default, ""u8.ToArray(), "u"u8.ToArray() },
        { BinaryType.Default, new byte[] { 0, 1 }, [0, 1], BinaryType.Default, new byte[] { 0, 1 }, new byte[] { 1, 0 } },
        { new FixedSizeBinaryType(3), new byte[] { 1, 2, 3 }, [1, 2, 3], new FixedSizeBinaryType(3), new byte[] { 1, 2, 3 }, new byte[] { 3, 2, 1 } },
        { Date32Type.Default, -1L, [0xFF, 0xFF, 0xFF, 0xFF], Date32Type.Default, -1L, 1L },
        { new Time64Type(TimeUnit.Microsecond), 1L, [1, 0, 0, 0, 0, 0, 0, 0], new Time64Type(TimeUnit.Microsecond), 1L, 2L },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), -1L, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], new TimestampType(TimeUnit.Microsecond, (string?)null), -1L, 1L },
        { new Decimal128Type(5, 2), new BigInteger(-258), [0xFF, 0xFE, 0xFE], new Decimal128Type(20, 2), new BigInteger(-258), new BigInteger(258) },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public async Task ReadAsync_EqualToAValueOfTheColumn_IsReadAndToAnotherIsNot(
        IArrowType type, object value, byte[] plain, IArrowType tableType, object present, object absent)
    {
        using ParquetTestFile file = Write(type, value);
        Add(file, Filter(64, plain));
        var table = new Schema([Field("c", tableType)], null);

        Assert.Single(await file.ReadAsync(table, where: Equal(tableType, present)));
        Assert.Empty(await file.ReadAsync(table, where: Equal(tableType, absent)));
        Assert.Empty(await file.ReadAsync(table, where: new Filter.In("c", [new(tableType, absent), new(tableType, absent)])));
        Assert.Single(await file.ReadAsync(table, where: new Filter.In("c", [new(tableType, absent), new(tableType, present)])));
        Assert.Single(await file.ReadAsync(table, where: new Filter.Not(Equal(tableType, absent))));
    }

    public static TheoryData<IArrowType, object, IArrowType, object> NotComparable() => new()
    {
        { Int8Type.Default, 1L, Int8Type.Default, 1L },
        { Int32Type.Default, 1L, DoubleType.Default, 1.0 },
        { Int32Type.Default, 1L, new Decimal128Type(20, 2), new BigInteger(100) },
        { Date32Type.Default, 1L, new TimestampType(TimeUnit.Microsecond, (string?)null), 86_400_000_000L },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), 1L, new TimestampType(TimeUnit.Microsecond, "UTC"), 1_000L },
        { new Decimal128Type(5, 2), new BigInteger(100), new Decimal128Type(20, 3), new BigInteger(1_000) },
        { BooleanType.Default, true, BooleanType.Default, true },
    };

    [Theory]
    [MemberData(nameof(NotComparable))]
    public async Task ReadAsync_ValueOfAnotherFormInTheFile_IsReadWhateverTheFilterSays(IArrowType type, object value, IArrowType tableType, object literal)
    {
        using ParquetTestFile file = Write(type, value);
        Add(file, Filter(64));

        Assert.Single(await file.ReadAsync(new Schema([Field("c", tableType)], null), where: Equal(tableType, literal)));
    }

    [Fact]
    public async Task ReadAsync_NaN_IsNotLookedUp()
    {
        using ParquetTestFile file = Write(DoubleType.Default, double.NaN);
        Add(file, Filter(64));

        Assert.Single(await file.ReadAsync(where: Equal(DoubleType.Default, double.NaN)));
    }

    [Fact]
    public async Task ReadAsync_FilterOnTwoColumns_RulesOutByEitherInAndByBothInOr()
    {
        var schema = new Schema([Field("c", Int64Type.Default), Field("d", Int64Type.Default)], null);
        using ParquetTestFile file = new ParquetTestFile().Write(schema, builder => builder.DisableStatistics(), [ArrayOf(Int64Type.Default, 1L), ArrayOf(Int64Type.Default, 2L)]);
        Add(file, Filter(64, [1, 0, 0, 0, 0, 0, 0, 0]), column: 0);
        Add(file, Filter(64, [2, 0, 0, 0, 0, 0, 0, 0]), column: 1);
        Filter cIs1 = Equal(Int64Type.Default, 1L), cIs9 = Equal(Int64Type.Default, 9L), dIs2 = Equal(Int64Type.Default, 2L, "d"), dIs9 = Equal(Int64Type.Default, 9L, "d");

        Assert.Single(await file.ReadAsync(schema, where: new Filter.And(cIs1, dIs2)));
        Assert.Empty(await file.ReadAsync(schema, where: new Filter.And(cIs1, dIs9)));
        Assert.Single(await file.ReadAsync(schema, where: new Filter.Or(cIs9, dIs2)));
        Assert.Empty(await file.ReadAsync(schema, where: new Filter.Or(cIs9, dIs9)));
    }

    public static TheoryData<string, byte[]> NotUsable()
    {
        byte[] bits = new byte[64];
        return new()
        {
            { "another algorithm", [.. Header(64, algorithm: 2), .. bits] },
            { "another hash", [.. Header(64, hash: 2), .. bits] },
            { "another compression", [.. Header(64, compression: 2), .. bits] },
            { "part of a block", [.. Header(48), .. bits] },
            { "negative length", [.. Header(-32), .. bits] },
            { "longer than the file", [.. Header(1 << 20), .. bits] },
            { "no header", bits },
            { "no bit set", FilterOf(64, []) },
            { "garbage", [0xFF, 0xFF, 0xFF, 0xFF] },
        };
    }

    [Theory]
    [MemberData(nameof(NotUsable))]
    public async Task ReadAsync_FilterThatIsNotKnownOrBroken_LosesNoRow(string what, byte[] filter)
    {
        foreach (bool withLength in new[] { true, false })
        {
            using ParquetTestFile file = Write(Int64Type.Default, 1L);
            Add(file, filter, withLength);

            Assert.True((await file.ReadAsync(Ids, where: Equal(Int64Type.Default, 1L))).Length == 1, what);
        }
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(1L << 40)]
    public async Task ReadAsync_FilterOutsideTheFile_LosesNoRow(long offset)
    {
        using ParquetTestFile file = Write(Int64Type.Default, 1L);
        RewrittenFile.Change(file, rewritten => rewritten.Chunk(0, 0).Struct(3).Set(14, offset));

        Assert.Single(await file.ReadAsync(Ids, where: Equal(Int64Type.Default, 1L)));
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task ReadAsync_LargerFile_ReadsTheFilterAndThenNoRowGroup(bool withLength, int requests)
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = WriteMany(store);
        Add(file, Filter(1024), withLength);

        Assert.Empty(await file.ReadAsync(Ids, where: Equal(Int64Type.Default, 5L)));
        Assert.Equal(1 + requests, store.Reads.Count);
    }

    [Fact]
    public async Task ReadAsync_BoundsRuleOut_DoesNotReadTheFilter()
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = WriteMany(store, statistics: true);
        Add(file, Filter(1024));

        Assert.Empty(await file.ReadAsync(Ids, where: Equal(Int64Type.Default, -1L)));
        Assert.Single(store.Reads);
    }

    [Fact]
    public async Task ReadAsync_FilterLargeBesideTheColumns_IsNotRead()
    {
        var store = new RecordingStore(new LocalObjectStore());
        using ParquetTestFile file = WriteMany(store);
        Add(file, Filter(32 * 1024));

        Assert.Equal(10_000, (await file.ReadAsync(Ids, where: Equal(Int64Type.Default, 5L))).Length);
        Assert.DoesNotContain(store.Reads.Skip(1), read => read.Length == 32 * 1024);
    }

    private static ParquetTestFile Write(IArrowType type, object value) => new ParquetTestFile()
        .Write(new Schema([Field("c", type)], null), builder => builder.DisableStatistics(), [ArrayOf(type, value)]);

    /// <summary>One row group of 80 kB, read in parts.</summary>
    private static ParquetTestFile WriteMany(RecordingStore store, bool statistics = false) =>
        new ParquetTestFile { Store = store, Options = new() { SmallBytes = 0, MaxGapBytes = 0 } }.Write(
            Ids,
            builder =>
            {
                builder.Compression(ParquetSharp.Compression.Uncompressed).DisableDictionary();
                if (!statistics)
                    builder.DisableStatistics();
            },
            [ArrayOf(Int64Type.Default, [.. Enumerable.Range(0, 10_000).Select(i => (object?)(i * 7L))])]);

    private static Filter Equal(IArrowType type, object value, string column = "c") => new Filter.Comparison(column, ComparisonOperator.Equal, new Scalar(type, value));

    internal static void Add(ParquetTestFile file, byte[] filter, bool withLength = true, int column = 0) => RewrittenFile.Change(file, rewritten =>
    {
        ThriftTree chunk = rewritten.Chunk(0, column).Struct(3).Set(14, rewritten.Append(filter));
        if (withLength)
            chunk.Set(15, filter.Length, CompactType.Int32);
    });

    private static byte[] Header(int bytes, int algorithm = 1, int hash = 1, int compression = 1) => new ThriftTree()
        .Set(1, bytes, CompactType.Int32)
        .Set(2, new ThriftTree().Set(algorithm, new ThriftTree()))
        .Set(3, new ThriftTree().Set(hash, new ThriftTree()))
        .Set(4, new ThriftTree().Set(compression, new ThriftTree()))
        .ToBytes();

    /// <summary>As <see cref="FilterOf"/>; of a value that no test has when none is given: filters without a bit are not used.</summary>
    internal static byte[] Filter(int bytes, params byte[][] values) => FilterOf(bytes, values.Length == 0 ? ["no value of these tests"u8.ToArray()] : values);

    /// <summary>"Build a Bloom filter": the upper half of the hash selects the block, the lower half one bit in each of its eight words.</summary>
    private static byte[] FilterOf(int bytes, byte[][] values)
    {
        uint[] salts = [0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31];
        uint[] words = new uint[bytes / 4];
        foreach (byte[] value in values)
        {
            ulong hash = System.IO.Hashing.XxHash64.HashToUInt64(value);
            ulong block = (hash >> 32) * (ulong)(bytes / 32) >> 32;
            for (int i = 0; i < 8; i++)
                words[(block * 8) + (ulong)i] |= 1u << (int)(unchecked((uint)hash * salts[i]) >> 27);
        }

        return [.. Header(bytes), .. words.SelectMany(BitConverter.GetBytes)];
    }
}
