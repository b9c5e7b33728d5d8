using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>Which of a column's slots hold a value: Arrow's bitmap (1 is a value, least significant bit first) and where it starts.</summary>
/// <param name="Bits">The bitmap; empty when every slot holds a value.</param>
/// <param name="Offset">Bit of the first slot.</param>
/// <param name="Length">Number of slots.</param>
/// <param name="Nulls">Number of slots without a value.</param>
internal readonly record struct Validity(ReadOnlyMemory<byte> Bits, int Offset, int Length, int Nulls)
{
    private const ulong EveryBit = 0x0101_0101_0101_0101;

    /// <summary>Every slot holds a value.</summary>
    public static Validity AllOf(int length) => new(default, 0, length, 0);

    /// <summary>The array's own nulls, those of the dictionary it points to aside.</summary>
    public static Validity Of(ArrayData data)
    {
        int nulls = data.Length == 0 || data.Buffers.Length == 0 || data.Buffers[0].IsEmpty ? 0 : data.GetNullCount();
        return nulls == 0 ? AllOf(data.Length) : new Validity(data.Buffers[0].Memory, data.Offset, data.Length, nulls);
    }

    public bool HoldsValue(int slot) => Nulls == 0 || BitUtility.GetBit(Bits.Span, Offset + slot);

    /// <summary>Slots that hold a value in both. The rented array, where one was needed, goes back to the shared pool after use.</summary>
    public static Validity And(Validity a, Validity b, out byte[]? rented)
    {
        rented = null;
        if (a.Nulls == 0 || b.Nulls == b.Length)
            return b;
        if (b.Nulls == 0 || a.Nulls == a.Length)
            return a;

        int bytes = (a.Length + 7) / 8;
        rented = ArrayPool<byte>.Shared.Rent(bytes);
        int valid = 0;
        for (int i = 0; i < bytes; i++)
        {
            rented[i] = (byte)(a.ByteAt(i) & b.ByteAt(i));
            valid += BitOperations.PopCount(rented[i]);
        }

        return new Validity(rented.AsMemory(0, bytes), 0, a.Length, a.Length - valid);
    }

    public static void Return(byte[]? rented)
    {
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    /// <summary>ClickHouse's null map: one byte a slot, 1 for a null.</summary>
    public void WriteNullMap(BlockWriter writer)
    {
        if (Nulls == 0)
            writer.Fill(0, Length);
        else
            WriteBits(Bits.Span, Offset, Length, invert: true, writer);
    }

    /// <summary>Writes bits as bytes of 0 and 1.</summary>
    public static void WriteBits(ReadOnlySpan<byte> bits, int offset, int length, bool invert, BlockWriter writer)
    {
        ulong flip = invert ? EveryBit : 0;
        for (int done = 0; done < length;)
        {
            // Eight at a time; what the last of them writes too much is overwritten or not counted.
            Span<ulong> eights = MemoryMarshal.Cast<byte, ulong>(writer.Room(8));
            int groups = Math.Min(eights.Length, (length - done + 7) / 8);
            Spread(bits, offset + done, flip, eights[..groups]);
            int written = Math.Min(groups * 8, length - done);
            writer.Advance(written);
            done += written;
        }
    }

    private static void Spread(ReadOnlySpan<byte> bits, int bit, ulong flip, Span<ulong> eights)
    {
        if ((bit & 7) == 0)
        {
            ReadOnlySpan<byte> whole = bits.Slice(bit >> 3, eights.Length);
            for (int i = 0; i < whole.Length; i++)
                eights[i] = Spread(whole[i]) ^ flip;
            return;
        }

        for (int i = 0; i < eights.Length; i++)
            eights[i] = Spread(ByteAt(bits, bit + (i * 8))) ^ flip;
    }

    /// <summary>Bit i of the byte → byte i of the result, 0 or 1.</summary>
    private static ulong Spread(byte bits)
    {
        ulong picked = (bits * 0x0101_0101_0101_0101UL) & 0x8040_2010_0804_0201UL;
        return ((picked + 0x7F7F_7F7F_7F7F_7F7FUL) >> 7) & EveryBit;
    }

    private byte ByteAt(int index)
    {
        int slots = Math.Min(8, Length - (index * 8));
        return (byte)(ByteAt(Bits.Span, Offset + (index * 8)) & ((1 << slots) - 1));
    }

    /// <summary>Eight bits from any bit on; those beyond the bitmap are 0.</summary>
    private static byte ByteAt(ReadOnlySpan<byte> bits, int bit)
    {
        int index = bit >> 3;
        int shift = bit & 7;
        int low = bits[index] >> shift;
        return shift == 0 || index + 1 >= bits.Length ? (byte)low : (byte)(low | (bits[index + 1] << (8 - shift)));
    }
}
