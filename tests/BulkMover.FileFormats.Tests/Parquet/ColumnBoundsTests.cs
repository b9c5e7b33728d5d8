using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.FileFormats.Parquet;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.ParquetTestFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>The rules of parquet.thrift under "Statistics" and "ColumnOrder".</summary>
public sealed class ColumnBoundsTests
{
    [Fact]
    public void Of_TypeDefinedOrder_GivesMinAndMax()
    {
        ColumnStatistics bounds = Bounds(Int32Type.Default, PhysicalType.Int32, ColumnOrder.TypeDefined, min: [1, 0, 0, 0], max: [0xFF, 0, 0, 0])!;

        Assert.Equal((1L, 255L, 3L, 10L), (bounds.Min!.Value, bounds.Max!.Value, bounds.NullCount, bounds.Rows));
    }

    [Fact]
    public void Of_UnsignedColumn_ReadsBoundsUnsigned()
    {
        ColumnStatistics bounds = Bounds(UInt32Type.Default, PhysicalType.Int32, ColumnOrder.TypeDefined, min: [1, 0, 0, 0], max: [0xFF, 0xFF, 0xFF, 0xFF])!;

        Assert.Equal(4294967295L, bounds.Max!.Value);
    }

    [Fact]
    public void Of_UnknownOrder_IgnoresTheNewFieldsAndTrustsTheOldOnlyForSignedNumbers()
    {
        byte[] one = [1, 0, 0, 0];

        Assert.Null(Bounds(Int32Type.Default, PhysicalType.Int32, ColumnOrder.Undefined, min: one, max: one)!.Min);
        Assert.Equal(1L, Bounds(Int32Type.Default, PhysicalType.Int32, ColumnOrder.Undefined, legacyMin: one, legacyMax: one)!.Min!.Value);
        Assert.Null(Bounds(UInt32Type.Default, PhysicalType.Int32, ColumnOrder.Undefined, legacyMin: one, legacyMax: one)!.Min);
        Assert.Null(Bounds(StringType.Default, PhysicalType.ByteArray, ColumnOrder.Undefined, legacyMin: one, legacyMax: one)!.Min);
    }

    [Fact]
    public void Of_NaN_BoundsNothing()
    {
        byte[] nan = BitConverter.GetBytes(double.NaN), one = BitConverter.GetBytes(1.0);

        ColumnStatistics bounds = Bounds(DoubleType.Default, PhysicalType.Double, ColumnOrder.TypeDefined, min: nan, max: one)!;

        Assert.Null(bounds.Min);
        Assert.Equal(1.0, bounds.Max!.Value);
    }

    [Fact]
    public void Of_Int96_HasNoBounds() => Assert.Null(
        Bounds(new TimestampType(TimeUnit.Microsecond, (string?)null), PhysicalType.Int96, ColumnOrder.TypeDefined, min: new byte[12], max: new byte[12])!.Min);

    /// <summary>"INTERVAL, GEOMETRY, GEOGRAPHY: undefined", and what is not known may have any order.</summary>
    [Theory]
    [InlineData(17, null)]
    [InlineData(18, null)]
    [InlineData(2555, null)]
    [InlineData(null, 21)]
    [InlineData(null, 99)]
    public void Of_TypeWithoutAnOrder_HasNoBounds(int? logical, int? converted)
    {
        ColumnStatistics bounds = Bounds(BinaryType.Default, PhysicalType.ByteArray, ColumnOrder.TypeDefined, min: [1], max: [2], annotated: new SchemaElement
        {
            Name = "c", Type = PhysicalType.ByteArray, Converted = (ConvertedType?)converted,
            Logical = logical is { } kind ? new LogicalType((LogicalTypeKind)kind) : null,
        })!;

        Assert.True(bounds is { Min: null, Max: null, NullCount: 3 });
    }

    /// <summary>"In the page index … a NaN value in min_values or max_values indicates that all non-null values are NaN."</summary>
    [Fact]
    public void Of_TotalOrder_CountsForFloatsOnly()
    {
        byte[] one = BitConverter.GetBytes(1.0);

        Assert.Equal(1.0, Bounds(DoubleType.Default, PhysicalType.Double, ColumnOrder.Ieee754Total, min: one, max: one)!.Min!.Value);
        Assert.Null(Bounds(Int64Type.Default, PhysicalType.Int64, ColumnOrder.Ieee754Total, min: one, max: one)!.Min);
    }

    [Fact]
    public void Of_DecimalInBytes_IsBigEndian() => Assert.Equal(new BigInteger(-256), Bounds(
        new Decimal128Type(9, 2), PhysicalType.ByteArray, ColumnOrder.TypeDefined, min: [0xFF, 0x00], max: [0x01, 0x00])!.Min!.Value);

    [Theory]
    [InlineData(PhysicalType.ByteArray, null, 0)]
    [InlineData(PhysicalType.FixedLenByteArray, 4, 0)]
    [InlineData(PhysicalType.FixedLenByteArray, 4, 3)]
    public void Of_DecimalOfAnotherLength_BoundsNothing(PhysicalType physical, int? length, int boundBytes)
    {
        ColumnStatistics bounds = Bounds(new Decimal128Type(9, 2), physical, ColumnOrder.TypeDefined, min: new byte[boundBytes], max: new byte[boundBytes],
            annotated: new SchemaElement { Name = "c", Type = physical, TypeLength = length })!;

        Assert.True(bounds is { Min: null, Max: null });
    }

    [Fact]
    public void Of_EmptyText_IsALeastValueAndNoGreatest()
    {
        ColumnStatistics bounds = Bounds(StringType.Default, PhysicalType.ByteArray, ColumnOrder.TypeDefined, min: [], max: [])!;

        Assert.True(bounds is { Min.Value: byte[] { Length: 0 }, Max: null });
    }

    [Theory]
    [InlineData(new byte[] { 1 }, new byte[] { 2 })]
    [InlineData(new byte[] { 9, 0, 0, 0 }, new byte[] { 2, 0, 0, 0 })]
    public void Of_BytesOfWrongLengthOrOrder_BoundNothing(byte[] min, byte[] max)
    {
        ColumnStatistics bounds = Bounds(Int32Type.Default, PhysicalType.Int32, ColumnOrder.TypeDefined, min: min, max: max)!;

        Assert.True(bounds.Min is null && bounds.Max is null);
    }

    [Fact]
    public void Of_NullCountThatCannotBe_IsUnknown() =>
        Assert.Null(Bounds(Int32Type.Default, PhysicalType.Int32, ColumnOrder.TypeDefined, nulls: 11)!.NullCount);

    private static ColumnStatistics? Bounds(
        IArrowType type,
        PhysicalType physical,
        ColumnOrder order,
        byte[]? min = null,
        byte[]? max = null,
        byte[]? legacyMin = null,
        byte[]? legacyMax = null,
        long nulls = 3,
        SchemaElement? annotated = null)
    {
        var writer = new CompactWriter();
        writer.BeginElement();
        Binary(writer, 1, legacyMax);
        Binary(writer, 2, legacyMin);
        writer.Int64(3, nulls);
        Binary(writer, 5, max);
        Binary(writer, 6, min);
        writer.End();
        var leaf = new SchemaNode(annotated ?? new SchemaElement { Name = "c", Type = physical }, "c", [], 0, 1, 0);
        var chunk = new ParquetColumnChunk { Type = physical, Values = 10, StatisticsBytes = writer.WrittenSpan.ToArray() };
        return ColumnBounds.Of(Field("c", type), leaf, chunk, order);
    }

    private static void Binary(CompactWriter writer, int id, byte[]? value)
    {
        if (value is not null)
            writer.Binary(id, value);
    }
}
