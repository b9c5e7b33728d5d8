using System.Runtime.InteropServices;
using Apache.Arrow.Types;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A column of decimals, stored as integers or as bytes with the most significant first (LogicalTypes.md, "DECIMAL") → two's complement of
/// 128 or 256 bits.
/// </summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the arrays.</param>
/// <param name="width">Bytes of a stored value; what it has beyond the type's only repeats the sign.</param>
/// <param name="isInteger">Stored as INT32 or INT64.</param>
internal sealed class DecimalColumn(ColumnSource source, FixedSizeBinaryType type, int width, bool isInteger) : FixedColumn(source, type, width)
{
    private readonly PageBuffer stored = new();

    protected override long SlotBytes(int slots) => (long)slots * type.ByteWidth;

    protected override void Decode(Span<byte> slots, in SlotRun run)
    {
        Span<byte> own = slots.Slice(run.First * type.ByteWidth, run.Count * type.ByteWidth);
        Span<byte> values = stored.Room(run.Valid * Width).Span;
        ReadDense(values);
        Convert(values, own);
        if (run.Valid < run.Count)
            ValueSpread.Spread(own, type.ByteWidth, run.Validity, run.First, run.Valid);
    }

    public override void Dispose()
    {
        stored.Dispose();
        base.Dispose();
    }

    private void Convert(ReadOnlySpan<byte> values, Span<byte> decimals)
    {
        if (!isInteger)
            ConvertBytes(values, decimals);
        else if (Width == sizeof(int))
            ConvertIntegers(MemoryMarshal.Cast<byte, int>(values), MemoryMarshal.Cast<byte, Int128>(decimals));
        else
            ConvertIntegers(MemoryMarshal.Cast<byte, long>(values), MemoryMarshal.Cast<byte, Int128>(decimals));
    }

    private static void ConvertIntegers(ReadOnlySpan<int> values, Span<Int128> decimals)
    {
        for (int i = 0; i < values.Length; i++)
            decimals[i] = values[i];
    }

    private static void ConvertIntegers(ReadOnlySpan<long> values, Span<Int128> decimals)
    {
        for (int i = 0; i < values.Length; i++)
            decimals[i] = values[i];
    }

    private void ConvertBytes(ReadOnlySpan<byte> values, Span<byte> decimals)
    {
        for (int at = 0; at < values.Length; at += Width)
        {
            ReadOnlySpan<byte> value = values.Slice(at, Width);
            Span<byte> to = decimals[..type.ByteWidth];
            byte sign = (sbyte)value[0] < 0 ? byte.MaxValue : (byte)0;
            to.Fill(sign);
            if (value.Length > to.Length)
                value = CutSign(value, to.Length, sign);
            for (int i = 0; i < value.Length; i++)
                to[i] = value[^(i + 1)];
            decimals = decimals[type.ByteWidth..];
        }
    }

    private static ReadOnlySpan<byte> CutSign(ReadOnlySpan<byte> value, int bytes, byte sign)
    {
        ReadOnlySpan<byte> kept = value[^bytes..];
        bool isSign = !value[..^bytes].ContainsAnyExcept(sign) && (sbyte)kept[0] < 0 == (sign != 0);
        return isSign ? kept : throw new InvalidDataException($"a decimal of {value.Length} bytes has more digits than its type");
    }
}
