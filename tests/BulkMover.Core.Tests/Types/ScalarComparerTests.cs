using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using Xunit;

namespace BulkMover.Core.Tests.Types;

public sealed class ScalarComparerTests
{
    public static TheoryData<IArrowType, object, IArrowType, object, int?> Pairs => new()
    {
        { Int32Type.Default, -1L, Int64Type.Default, 1L, -1 },
        { UInt64Type.Default, ulong.MaxValue, Int64Type.Default, long.MaxValue, 1 },
        { new Decimal128Type(9, 2), (BigInteger)150, new Decimal64Type(9, 1), (BigInteger)15, 0 },
        { new Decimal128Type(9, 2), (BigInteger)(-151), new Decimal64Type(9, 1), (BigInteger)(-15), -1 },
        { new TimestampType(TimeUnit.Second, "UTC"), 1L, new TimestampType(TimeUnit.Nanosecond, "UTC"), 1_000_000_001L, -1 },
        { new TimestampType(TimeUnit.Second, "UTC"), long.MaxValue, new TimestampType(TimeUnit.Nanosecond, "UTC"), long.MaxValue, 1 },
        { Date32Type.Default, 1L, Date64Type.Default, 86_400_000L, 0 },
        { StringType.Default, "Z"u8.ToArray(), StringType.Default, "é"u8.ToArray(), -1 },
        { BinaryType.Default, new byte[] { 0x80 }, StringViewType.Default, new byte[] { 0x7f, 0xff }, 1 },
        { DoubleType.Default, -0.0, FloatType.Default, 0.0, 0 },
        { DoubleType.Default, double.NaN, DoubleType.Default, 1.0, null },
        { Int32Type.Default, 1L, StringType.Default, "1"u8.ToArray(), null },
        { Int32Type.Default, 1L, DoubleType.Default, 1.0, null },
        { Date32Type.Default, 1L, new TimestampType(TimeUnit.Second, "UTC"), 1L, null },
    };

    [Theory]
    [MemberData(nameof(Pairs), DisableDiscoveryEnumeration = true)]
    public void Compare_TwoScalars_OrdersThemExactlyOrNotAtAll(IArrowType leftType, object left, IArrowType rightType, object right, int? expected)
    {
        Assert.Equal(expected, Sign(ScalarComparer.Compare(new Scalar(leftType, left), new Scalar(rightType, right))));
        Assert.Equal(-expected, Sign(ScalarComparer.Compare(new Scalar(rightType, right), new Scalar(leftType, left))));
    }

    [Fact]
    public void Compare_Null_HasNoOrder() =>
        Assert.Null(ScalarComparer.Compare(new Scalar(Int32Type.Default, null), new Scalar(Int32Type.Default, 1L)));

    private static int? Sign(int? order) => order is { } known ? Math.Sign(known) : null;
}
