using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Shaping;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.FileFormats.Tests.Shaping;

/// <summary>Arrays that begin in the middle of their buffers, as slices do.</summary>
public sealed class LeafShapesTests
{
    public static TheoryData<IArrowType, IArrowType, object?[]> Slices() => new()
    {
        { Int32Type.Default, Int64Type.Default, [1L, null, 3L] },
        { Int32Type.Default, Int32Type.Default, [1L, null, 3L] },
        { BinaryType.Default, StringType.Default, ["a"u8.ToArray(), null, "ccc"u8.ToArray()] },
        { new Decimal128Type(9, 0), new Decimal128Type(12, 0), [new BigInteger(1), null, new BigInteger(-3)] },
        { new Decimal128Type(9, 0), new Decimal256Type(50, 0), [new BigInteger(1), null, new BigInteger(-3)] },
        { new TimestampType(TimeUnit.Millisecond, "UTC"), new TimestampType(TimeUnit.Microsecond, "UTC"), [1L, null, -3L] },
    };

    [Theory]
    [MemberData(nameof(Slices))]
    public void Apply_ArrayWithOffset_GivesItsRowsAndFreesEachBufferOnce(IArrowType from, IArrowType to, object?[] values)
    {
        var allocator = new CountingAllocator();
        using (IArrowArray source = new TestArrays(allocator, new Random(3)).Build(from, values, offset: 11))
        using (IArrowArray expected = new TestArrays(allocator, new Random(4)).Build(from, values))
        {
            ColumnShape shape = LeafShapes.Find(from, to, new ShapeContext("file", "c"))!;
            using IArrowArray shaped = ArrowArrayFactory.BuildArray(shape.Apply(source.Data, new TakenBuffers(allocator)));
            using IArrowArray whole = ArrowArrayFactory.BuildArray(shape.Apply(expected.Data, new TakenBuffers(allocator)));

            Assert.Equal((3, 1), (shaped.Length, shaped.NullCount));
            Assert.Equal(Lines(whole, to), Lines(shaped, to));
        }

        Assert.Equal((0, 0), (allocator.LiveBytes, allocator.BuffersFreedTwice));
    }

    private static string[] Lines(IArrowArray array, IArrowType type) =>
        [.. new CanonWriter().Lines(new RecordBatch(new Schema([new Field("c", type, true)], null), [array], array.Length))];
}
