using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Digests;
using BulkMover.Core.Errors;
using BulkMover.Core.Targets;
using BulkMover.Testing.Batches;
using Xunit;

namespace BulkMover.Core.Tests.Digests;

/// <summary>The hashes of decisions/0008, worked out here again over the library's XXH64.</summary>
public sealed class ArrayHashTests
{
    private const ulong Null = 0x6E756C6C6E756C6C;
    private const ulong Factor = 0x9E3779B97F4A7C15;

    private readonly TestArrays arrays = new(MemoryAllocator.Default.Value, new Random(8));

    public static TheoryData<IArrowType, object, byte[]> Values => new()
    {
        { BooleanType.Default, true, [1] },
        { BooleanType.Default, false, [0] },
        { Int8Type.Default, -2L, [0xFE] },
        { UInt8Type.Default, 200L, [200] },
        { Int16Type.Default, -2L, [0xFE, 0xFF] },
        { Int32Type.Default, 258L, [2, 1, 0, 0] },
        { Int64Type.Default, -1L, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { UInt64Type.Default, ulong.MaxValue - 1, [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { HalfFloatType.Default, 1.0, [0, 0x3C] },
        { FloatType.Default, -0.0, [0, 0, 0, 0x80] },
        { DoubleType.Default, 1.0, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F] },
        { Date32Type.Default, 19_000L, [0x38, 0x4A, 0, 0] },
        { new Time64Type(TimeUnit.Microsecond), 1L, [1, 0, 0, 0, 0, 0, 0, 0] },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), 256L, [0, 1, 0, 0, 0, 0, 0, 0] },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), 256L, [0, 1, 0, 0, 0, 0, 0, 0] },
        { new Decimal32Type(9, 2), -1L, [0xFF, 0xFF, 0xFF, 0xFF] },
        { new Decimal64Type(18, 2), 1L, [1, 0, 0, 0, 0, 0, 0, 0] },
        { new Decimal128Type(38, 2), new BigInteger(-2), [0xFE, .. Enumerable.Repeat((byte)0xFF, 15)] },
        { new Decimal256Type(76, 2), new BigInteger(513), [1, 2, .. new byte[30]] },
        { StringType.Default, "żółw"u8.ToArray(), "żółw"u8.ToArray() },
        { StringType.Default, System.Array.Empty<byte>(), System.Array.Empty<byte>() },
        { LargeStringType.Default, new byte[100], new byte[100] },
        { BinaryType.Default, new byte[] { 0, 1 }, [0, 1] },
        { LargeBinaryType.Default, new byte[] { 0, 1 }, [0, 1] },
        { new FixedSizeBinaryType(16), Enumerable.Range(1, 16).Select(i => (byte)i).ToArray(), [.. Enumerable.Range(1, 16).Select(i => (byte)i)] },
        { new DictionaryType(Int8Type.Default, StringType.Default, false), "a"u8.ToArray(), "a"u8.ToArray() },
        { new DictionaryType(UInt32Type.Default, Int64Type.Default, false), 5L, [5, 0, 0, 0, 0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void OfEach_Value_IsTheHashOfItsBytes(IArrowType type, object value, byte[] bytes)
    {
        // With junk below nulls and before the offset.
        (ulong[] hashes, int nulls) = Hash(arrays.Build(type, [null, value, null, value, value], offset: 3));
        ulong expected = XxHash64.HashToUInt64(bytes);
        Assert.Equal([Null, expected, Null, expected, expected], hashes);
        Assert.Equal(2, nulls);
    }

    [Fact]
    public void OfEach_NullType_IsAllNulls()
    {
        (ulong[] hashes, int nulls) = Hash(new NullArray(3));
        Assert.Equal([Null, Null, Null], hashes);
        Assert.Equal(3, nulls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void OfEach_Lists_TellsOrderLengthAndNulls(bool isLarge)
    {
        ulong[] items = [.. new long[] { 1, 2, 0 }.Select(One)];
        IArrowArray values = arrays.Build(Int64Type.Default, [7L, 1L, 2L, 2L, 1L, 9L, null], offset: 2);
        // The first item is nobody's, the null list has items of its own.
        int[] ends = [1, 3, 5, 5, 6, 7];
        (ulong[] hashes, int nulls) = Hash(Lists(values, ends, [true, true, true, false, true], isLarge));
        Assert.Equal([List(items[0], items[1]), List(items[1], items[0]), List(), Null, List(Null)], hashes);
        Assert.Equal(1, nulls);
        Assert.Equal(5, hashes.Distinct().Count());
    }

    [Fact]
    public void OfEach_FixedSizeLists_AreHashedAsOtherLists()
    {
        IArrowArray values = arrays.Build(Int64Type.Default, [9L, 9L, 1L, 2L, null, 2L]);
        var type = new FixedSizeListType(new Field("item", Int64Type.Default, nullable: true), 2);
        var lists = new ArrayData(type, 2, 0, 1, [ArrowBuffer.Empty], [values.Data]);
        Assert.Equal([List(One(1), One(2)), List(Null, One(2))], Hash(ArrowArrayFactory.BuildArray(lists)).Hashes);
    }

    [Fact]
    public void OfEach_Structs_TellsMembersApartAndNullFromNullMembers()
    {
        IArrowArray a = arrays.Build(Int64Type.Default, [5L, 1L, 2L, null, 3L], offset: 1), b = arrays.Build(Int64Type.Default, [5L, 2L, 1L, null, 3L]);
        var type = new StructType([new Field("a", Int64Type.Default, true), new Field("b", Int64Type.Default, true)]);
        var structs = new ArrayData(type, 4, 1, 1, [Bits(true, true, true, true, false)], [a.Data, b.Data]);
        (ulong[] hashes, int nulls) = Hash(ArrowArrayFactory.BuildArray(structs));
        Assert.Equal([Whole(One(1), One(2)), Whole(One(2), One(1)), Whole(Null, Null), Null], hashes);
        Assert.Equal((1, 4), (nulls, hashes.Distinct().Count()));
    }

    [Fact]
    public void OfEach_Maps_MeansTheSameInAnyOrder()
    {
        IArrowArray keys = arrays.Build(Int64Type.Default, [1L, 2L, 2L, 1L, 1L]), values = arrays.Build(Int64Type.Default, [10L, 20L, 20L, 10L, null]);
        var type = new MapType(new Field("key", Int64Type.Default, false), new Field("value", Int64Type.Default, true));
        var entries = new ArrayData(type.KeyValueType, 5, 0, 0, [ArrowBuffer.Empty], [keys.Data, values.Data]);
        var maps = new ArrayData(type, 4, 0, 0, [ArrowBuffer.Empty, Ends([0, 2, 4, 4, 5], isLarge: false)], [entries]);
        ulong both = Xxh(unchecked(Whole(One(1), One(10)) + Whole(One(2), One(20)) + (2 * Factor)));
        Assert.Equal([both, both, Xxh(0), Xxh(unchecked(Whole(One(1), Null) + Factor))], Hash(ArrowArrayFactory.BuildArray(maps)).Hashes);
    }

    [Fact]
    public void OfEach_OffsetsPointOutside_IsACorruptTable()
    {
        IArrowArray values = arrays.Build(Int64Type.Default, [1L]);
        IArrowArray lists = Lists(values, [0, 2], [true], isLarge: false);
        Assert.Equal("arrow.offsets_invalid", Assert.Throws<CorruptTableException>(() => Hash(lists)).Code);
    }

    [Fact]
    public void OfEach_TypeThatTablesOfFilesLack_IsRefusedByName()
    {
        IArrowArray views = arrays.Build(StringViewType.Default, ["a"u8.ToArray()]);
        Assert.Contains("utf8view", Assert.Throws<UnsupportedFeatureException>(() => Hash(views)).Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Of_Batch_SumsColumnsAndWholeRows()
    {
        RecordBatch Batch(params (long? A, string B)[] rows) => new(
            new Schema([new Field("a", Int64Type.Default, true), new Field("b", StringType.Default, true)], null),
            [arrays.Build(Int64Type.Default, [.. rows.Select(row => (object?)row.A)]), arrays.Build(StringType.Default, [.. rows.Select(row => Encoding.UTF8.GetBytes(row.B))], offset: 3)],
            rows.Length);
        ulong x = XxHash64.HashToUInt64("x"u8), y = XxHash64.HashToUInt64("y"u8);
        (ulong[] rows, Digest digest) = Digests(Batch((1, "x"), (null, "y")));

        Assert.Equal([Whole(One(1), x), Whole(Null, y)], rows);
        Assert.Equal(new Digest(2, unchecked(rows[0] + rows[1]), [new ColumnDigest(1, unchecked(One(1) + Null)), new ColumnDigest(0, unchecked(x + y))]), digest);
        // Values that change places are the same columns and other rows; rows that do are the same rows.
        Digest swapped = Digests(Batch((1, "y"), (null, "x"))).Digest, moved = Digests(Batch((null, "y"), (1, "x"))).Digest;
        Assert.Equal(digest.Columns, swapped.Columns);
        Assert.NotEqual(digest.RowHash, swapped.RowHash);
        Assert.Equal(digest, moved);
    }

    private static (ulong[] Rows, Digest Digest) Digests(RecordBatch batch)
    {
        ulong[] rows = new ulong[batch.Length];
        return (rows, BatchHash.Of(batch, rows));
    }

    private static (ulong[] Hashes, int Nulls) Hash(IArrowArray array)
    {
        ulong[] hashes = new ulong[array.Length];
        int nulls = ArrayHash.OfEach(array.Data, hashes);
        return (hashes, nulls);
    }

    /// <summary>The hash of a number of 64 bits, 0 for the null's.</summary>
    private static ulong One(long value) => value == 0 ? Null : Xxh((ulong)value);

    private static ulong Xxh(ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return XxHash64.HashToUInt64(bytes);
    }

    private static ulong List(params ulong[] items) => Xxh(unchecked(
        items.Select((item, i) => Xxh(item ^ ((ulong)(i + 1) * Factor))).Aggregate(0UL, (sum, item) => sum + item) + ((ulong)items.Length * Factor)));

    private static ulong Whole(params ulong[] fields) => Xxh(unchecked(
        fields.Select((field, i) => field * Factor * ((2 * (ulong)i) + 1)).Aggregate(0UL, (sum, field) => sum + field)));

    private static IArrowArray Lists(IArrowArray values, int[] ends, bool[] valid, bool isLarge)
    {
        var item = new Field("item", values.Data.DataType, nullable: true);
        IArrowType type = isLarge ? new LargeListType(item) : new ListType(item);
        return ArrowArrayFactory.BuildArray(new ArrayData(type, valid.Length, valid.Count(isValid => !isValid), 0, [Bits(valid), Ends(ends, isLarge)], [values.Data]));
    }

    private static ArrowBuffer Ends(int[] ends, bool isLarge) => new(
        ends.SelectMany(end => isLarge ? BitConverter.GetBytes((long)end) : BitConverter.GetBytes(end)).ToArray());

    private static ArrowBuffer Bits(params bool[] valid)
    {
        byte[] bits = new byte[(valid.Length + 7) / 8];
        for (int i = 0; i < valid.Length; i++)
            BitUtility.SetBit(bits, i, valid[i]);
        return new ArrowBuffer(bits);
    }
}
