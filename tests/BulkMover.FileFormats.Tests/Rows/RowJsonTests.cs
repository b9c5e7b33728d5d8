using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Rows;
using BulkMover.Testing.Batches;
using Xunit;

namespace BulkMover.FileFormats.Tests.Rows;

/// <summary>What people are shown of rows.</summary>
public sealed class RowJsonTests
{
    private readonly TestArrays arrays = new(MemoryAllocator.Default.Value, new Random(8));

    public static TheoryData<IArrowType, object?, string> Values => new()
    {
        { BooleanType.Default, true, "true" },
        { Int8Type.Default, -5L, "-5" },
        { UInt64Type.Default, ulong.MaxValue, "18446744073709551615" },
        { FloatType.Default, 0.5, "0.5" },
        { DoubleType.Default, double.NaN, "\"NaN\"" },
        { new Decimal128Type(9, 2), new BigInteger(-5), "-0.05" },
        { new Decimal256Type(50, 3), BigInteger.Parse("-12345678901234567890123456789012345678901234", System.Globalization.CultureInfo.InvariantCulture), "-12345678901234567890123456789012345678901.234" },
        { new Decimal256Type(50, 3), BigInteger.One, "0.001" },
        { Date32Type.Default, -1L, "\"1969-12-31\"" },
        { new TimestampType(TimeUnit.Microsecond, "UTC"), 1_000_001L, "\"1970-01-01T00:00:01.000001Z\"" },
        { new TimestampType(TimeUnit.Nanosecond, (string?)null), -1L, "\"1969-12-31T23:59:59.999999999\"" },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), 7L, "7" },
        { StringType.Default, "a\"\n"u8.ToArray(), "\"a\\\"\\n\"" },
        { StringType.Default, new byte[] { 0xFF }, "\"/w==\"" },
        { BinaryType.Default, new byte[] { 1, 2 }, "\"AQI=\"" },
        { new FixedSizeBinaryType(2), new byte[] { 1, 2 }, "\"AQI=\"" },
        { Int64Type.Default, null, "null" },
        { NullType.Default, null, "null" },
    };

    [Theory]
    [MemberData(nameof(Values), DisableDiscoveryEnumeration = true)]
    public void Of_Value_IsJson(IArrowType type, object? value, string json)
    {
        IArrowArray array = arrays.Build(type, [null, value], offset: 2);
        Assert.Equal($$"""{"c":{{json}}}""", RowJson.Of(new RecordBatch(new Schema([new Field("c", type, true)], null), [array], 2), 1, [0]));
    }

    [Fact]
    public void Of_NestedColumns_ShowsTheWantedOnesInTheirOrder()
    {
        IArrowArray numbers = arrays.Build(Int64Type.Default, [1L, null, 3L, 4L]), texts = arrays.Build(StringType.Default, ["a"u8.ToArray(), "b"u8.ToArray(), null, "d"u8.ToArray()]);
        var pair = new StructType([new Field("n", Int64Type.Default, true), new Field("t", StringType.Default, true)]);
        var pairs = new ArrayData(pair, 4, 0, 0, [ArrowBuffer.Empty], [numbers.Data, texts.Data]);
        var list = new ListType(new Field("element", pair, true));
        var lists = new ArrayData(list, 2, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(new[] { 0, 1, 4 }.SelectMany(BitConverter.GetBytes).ToArray())], [pairs]);
        Field uuid = new Field("u", new FixedSizeBinaryType(16), true).AsUuid();
        IArrowArray uuids = arrays.Build(uuid.DataType, [null, Enumerable.Range(0, 16).Select(i => (byte)i).ToArray()]);
        var batch = new RecordBatch(
            new Schema([new Field("l", list, true), new Field("x", Int64Type.Default, true), uuid], null),
            [ArrowArrayFactory.BuildArray(lists), arrays.Build(Int64Type.Default, [0L, 0L]), uuids], 2);

        Assert.Equal(
            """{"u":"00010203-0405-0607-0809-0a0b0c0d0e0f","l":[{"n":null,"t":"b"},{"n":3,"t":null},{"n":4,"t":"d"}]}""",
            RowJson.Of(batch, 1, [2, 0]));
    }
}
