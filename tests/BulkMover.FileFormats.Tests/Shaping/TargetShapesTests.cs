using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Shaping;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.FileFormats.Tests.Shaping;

public sealed class TargetShapesTests
{
    private static readonly byte[] Uuid = [0xF8, 0x1D, 0x4F, 0xAE, 0x7D, 0xEC, 0x11, 0xD0, 0xA7, 0x65, 0x00, 0xA0, 0xC9, 0x1E, 0x6B, 0xF6];

    public static TheoryData<Field, IArrowType, object?[], object?[]> Rows() => new()
    {
        { new Field("c", UuidType.Storage, true).AsUuid(), StringType.Default, [Uuid, null], ["f81d4fae-7dec-11d0-a765-00a0c91e6bf6"u8.ToArray(), null] },
        { new Field("c", new FixedSizeBinaryType(2), true), BinaryType.Default, ["ab"u8.ToArray(), null, "cd"u8.ToArray()], ["ab"u8.ToArray(), null, "cd"u8.ToArray()] },
        { new Field("c", new Decimal256Type(20, 1), true), new Decimal128Type(21, 2), [new BigInteger(15), null], [new BigInteger(150), null] },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Apply_RowsForATable_HoldTheSameValuesInItsType(Field from, IArrowType to, object?[] values, object?[] expected)
    {
        foreach (int offset in (int[])[0, 11])
        {
            var allocator = new CountingAllocator();
            var arrays = new TestArrays(allocator, new Random(3));
            var schema = new Schema([new Field("c", to, true)], null);
            using (var wanted = new RecordBatch(schema, [arrays.Build(to, expected)], expected.Length))
            {
                var source = new RecordBatch(new Schema([from], null), [arrays.Build(from.DataType, values, offset)], values.Length);
                using RecordBatch batch = BatchConversion.Of("source", source.Schema, schema).Apply(source, allocator);

                Assert.Equal(new CanonWriter().Lines(wanted), new CanonWriter().Lines(batch));
            }

            Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));
        }
    }

    [Fact]
    public void Apply_Date64_GivesItsDays()
    {
        using RecordBatch batch = OfDates(86_400_000L * 19_000, -86_400_000);
        Assert.Equal([19_000, -1], ((Date32Array)batch.Column(0)).Values.ToArray());
    }

    [Fact]
    public void Apply_Date64WithinADay_ThrowsValueOutOfRange() => Assert.Throws<ValueOutOfRangeException>(() => OfDates(86_400_001));

    [Fact]
    public void Of_FixedBinaryThatIsNoUuid_DoesNotBecomeText() => Assert.Throws<CorruptTableException>(() =>
        BatchConversion.Of("source", new Schema([new Field("c", new FixedSizeBinaryType(16), true)], null), new Schema([new Field("c", StringType.Default, true)], null)));

    private static RecordBatch OfDates(params long[] milliseconds)
    {
        var buffer = new ArrowBuffer.Builder<long>().AppendRange(milliseconds).Build();
        var dates = new Date64Array(new ArrayData(Date64Type.Default, milliseconds.Length, 0, 0, [ArrowBuffer.Empty, buffer]));
        var source = new RecordBatch(new Schema([new Field("c", Date64Type.Default, true)], null), [dates], dates.Length);
        return BatchConversion.Of("source", source.Schema, new Schema([new Field("c", Date32Type.Default, true)], null)).Apply(source, new CountingAllocator());
    }
}
