using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Strings and binaries between offsets → length and bytes of each. Long ones are referenced.</summary>
/// <typeparam name="TOffset">Arrow's offset: 32 or 64 bits.</typeparam>
internal sealed class BytesEncoder<TOffset> : ValueEncoder
    where TOffset : unmanaged, IBinaryInteger<TOffset>
{
    // Values up to this length go out with one-byte lengths and copies of whole registers.
    private const int Short = 127;

    /// <summary>What a copy of a short value may touch behind it.</summary>
    private const int Slack = 32;

    public override long CopiedBytes(ArrayData data)
    {
        if (data.Length == 0)
            return 0;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        long bytes = long.CreateTruncating(offsets[^1]) - long.CreateTruncating(offsets[0]);
        if (bytes < 0 || bytes > data.Buffers[2].Length)
            throw Offsets.Invalid();
        // A length takes one byte for each 128 of the value at most, and one more.
        return data.Length + bytes + (bytes / 128);
    }

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        if (data.Length == 0)
            return;
        ReadOnlySpan<TOffset> offsets = Offsets.Of<TOffset>(data);
        ReadOnlyMemory<byte> values = data.Buffers[2].Memory;
        int slot = 0;
        while (true)
        {
            writer.Advance(WriteShort(offsets, values.Span, valid, writer.Room(1 + Short + Slack), ref slot));
            if (slot == data.Length)
                return;
            WriteAny(offsets, values, valid, slot++, writer);
        }
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        if (data.Length == 0)
            return;
        HashByLength.OfEach(data.Buffers[2].Span, Offsets.Of<TOffset>(data), hashes);
    }

    /// <summary>Writes values into the room until one is long, near an end, or all are done.</summary>
    private static int WriteShort(ReadOnlySpan<TOffset> offsets, ReadOnlySpan<byte> values, Validity valid, Span<byte> room, ref int slot)
    {
        ref byte from = ref MemoryMarshal.GetReference(values);
        ref byte to = ref MemoryMarshal.GetReference(room);
        ReadOnlySpan<byte> bits = valid.Bits.Span;
        int lastTo = room.Length - (1 + Short + Slack);
        long lastEnd = values.Length - Slack;
        int position = 0;
        long start = long.CreateTruncating(offsets[slot]);
        int i = slot;
        for (; i < offsets.Length - 1; i++)
        {
            long end = long.CreateTruncating(offsets[i + 1]);
            long length = end - start;
            // One comparison refuses long values and offsets that go back; the start is not negative, for it was an end or was checked.
            if ((ulong)length > Short || end > lastEnd || position > lastTo)
                break;
            // All ones for a value and zero for a null: a branch would be guessed wrong half of the time.
            if (!bits.IsEmpty)
                length &= -((long)bits[(valid.Offset + i) >> 3] >> ((valid.Offset + i) & 7) & 1);
            Unsafe.Add(ref to, position++) = (byte)length;
            Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, position), ref Unsafe.Add(ref from, (nint)start), 32);
            for (int copied = 32; copied < length; copied += 32)
                Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref to, position + copied), ref Unsafe.Add(ref from, (nint)start + copied), 32);
            position += (int)length;
            start = end;
        }

        slot = i;
        return position;
    }

    private static void WriteAny(ReadOnlySpan<TOffset> offsets, ReadOnlyMemory<byte> values, Validity valid, int slot, BlockWriter writer)
    {
        long start = long.CreateTruncating(offsets[slot]);
        long length = long.CreateTruncating(offsets[slot + 1]) - start;
        if (length < 0 || start + length > values.Length)
            throw Offsets.Invalid();
        ReadOnlyMemory<byte> value = valid.HoldsValue(slot) ? values.Slice((int)start, (int)length) : default;
        writer.WriteVarUInt((ulong)value.Length);
        writer.Reference(value);
    }
}
