using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Databases.ClickHouse.Native;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Decimals that come in 32 or 64 bits where the column's type has 128.</summary>
public sealed class NarrowDecimalTests
{
    public static TheoryData<IArrowType, int, string> Forms => new()
    {
        { new Decimal64Type(15, 2), 15, "Decimal(15, 2)" },
        { new Decimal64Type(15, 2), 15, "Decimal(30, 2)" },
        { new Decimal64Type(9, 2), 9, "Decimal(9, 2)" },
        { new Decimal32Type(9, 2), 9, "Decimal(9, 2)" },
        { new Decimal32Type(5, 2), 5, "Decimal(18, 2)" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_StoredForm_IsSentAndHashedAsTheColumnsTypeIs(IArrowType form, int precision, string columnType)
    {
        BigInteger most = BigInteger.Pow(10, precision) - 1;
        object?[] values = [BigInteger.Zero, most, null, -most, BigInteger.MinusOne, new BigInteger(12_345)];
        NativeEncoder encoder = EncoderFor(precision, columnType);

        using NativeBlock wide = encoder.Encode(Batch(new Decimal128Type(precision, 2), values)), narrow = encoder.Encode(Batch(form, values));

        // What stands in the place of a null does not matter.
        Assert.Equal(Bytes(wide, values), Bytes(narrow, values));
        Assert.Equal(wide.Digest, narrow.Digest);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encode_StoredFormHasMoreDigitsThanTheColumn_IsRefused(IArrowType form, int precision, string columnType)
    {
        BigInteger more = BigInteger.Pow(10, precision);
        var error = Assert.Throws<ValueOutOfRangeException>(() => EncoderFor(precision, columnType).Encode(Batch(form, [null, BigInteger.One, more])));
        Assert.Contains("row 2", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{BigInteger.Pow(10, precision - 2)}.00", error.Message, StringComparison.Ordinal);
    }

    private static NativeEncoder EncoderFor(int precision, string columnType) =>
        new([TargetColumn.For(new Field("d", new Decimal128Type(precision, 2), nullable: true), default, $"Nullable({columnType})")]);

    private static RecordBatch Batch(IArrowType type, object?[] values) =>
        new ModelArrays().Batch(new Schema([new Field("d", type, nullable: true)], null), [.. values.Select(value => new[] { value })]);

    /// <summary>The block, without what stands in the places of nulls.</summary>
    private static byte[] Bytes(NativeBlock block, object?[] values)
    {
        byte[] bytes = [.. block.Segments.SelectMany(segment => segment.ToArray())];
        int end = bytes.Length, width = (end - System.Array.IndexOf(bytes, (byte)')') - 2 - values.Length) / values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is null)
                bytes.AsSpan(end - ((values.Length - i) * width), width).Clear();
        }

        return bytes;
    }
}
