namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Integers as differences, in blocks of packed miniblocks (Encodings.md, "DELTA_BINARY_PACKED").</summary>
/// <exception cref="InvalidDataException">Thrown by every method for bytes that break the encoding or end too early.</exception>
internal sealed class DeltaReader
{
    private const int BlockUnit = 128, MiniblockUnit = 32;

    /// <summary>Bits of a difference at most, also of 32-bit integers: DuckDB writes theirs without wrapping around, which takes 33.</summary>
    private const int MaxWidth = 64;

    private ReadOnlyMemory<byte> memory;
    private int position;
    private int miniblocks;
    private int miniblockValues;

    // Values that are not read yet; of them, whether the header's own is one, and the value before them.
    private long left;
    private bool isAtFirst;
    private long last;

    // The block: its least difference, where its widths stand, and how many miniblocks were opened.
    private long minDelta;
    private int widthsAt;
    private int opened;

    // The miniblock: where it begins, bits of a difference, and how many were taken.
    private int packedAt;
    private int width;
    private int taken;

    /// <summary>Begins a page: reads the header.</summary>
    public void Begin(ReadOnlyMemory<byte> page)
    {
        (memory, position, left) = (page, 0, 0);
        // Of a page of nulls some writers leave all of it out.
        if (page.IsEmpty)
            return;
        ReadOnlySpan<byte> bytes = page.Span;
        ulong blockValues = VarInt(bytes, ref position), count = VarInt(bytes, ref position);
        left = (long)Math.Min(VarInt(bytes, ref position), long.MaxValue);
        last = ZigZag(VarInt(bytes, ref position));
        bool isBlock = blockValues is > 0 and <= int.MaxValue && blockValues % BlockUnit == 0;
        if (!isBlock || count == 0 || count > blockValues || blockValues % count != 0 || blockValues / count % MiniblockUnit != 0)
            throw new InvalidDataException($"a block has {blockValues} values in {count} miniblocks");
        (miniblocks, miniblockValues) = ((int)count, (int)(blockValues / count));
        (isAtFirst, opened, taken) = (true, miniblocks, miniblockValues);
    }

    /// <summary>Where the values end in the page and what stands behind them begins; asked before any is read.</summary>
    public int FindEnd()
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        long at = position;
        for (long rest = left - 1; rest > 0;)
        {
            int widths = (int)at;
            VarInt(bytes, ref widths);
            at = widths + (long)miniblocks;
            for (int i = 0; i < miniblocks && rest > 0; i++, rest -= miniblockValues)
                at += PackedBytes(Width(bytes, widths + i));
            if (at > bytes.Length)
                throw Ended();
        }

        return (int)at;
    }

    /// <summary>The next values, as many as there is room for.</summary>
    public void Read(Span<long> values)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        if (values.Length > left)
            throw Ended();
        left -= values.Length;
        if (isAtFirst && !values.IsEmpty)
        {
            values[0] = last;
            values = values[1..];
            isAtFirst = false;
        }

        while (!values.IsEmpty)
        {
            if (taken == miniblockValues)
                OpenMiniblock(bytes);
            Span<long> part = values[..Math.Min(values.Length, miniblockValues - taken)];
            Unpack(bytes[packedAt..], part);
            taken += part.Length;
            values = values[part.Length..];
        }
    }

    private void OpenMiniblock(ReadOnlySpan<byte> bytes)
    {
        if (opened == miniblocks)
        {
            minDelta = ZigZag(VarInt(bytes, ref position));
            (widthsAt, opened) = (position, 0);
            position = (int)Math.Min(position + (long)miniblocks, bytes.Length);
        }

        width = Width(bytes, widthsAt + opened++);
        (packedAt, taken) = (position, 0);
        position = (int)Math.Min(position + PackedBytes(width), bytes.Length);
    }

    private void Unpack(ReadOnlySpan<byte> packed, Span<long> values)
    {
        // The last miniblock may lack the bytes that only fill it.
        if (((long)taken + values.Length) * width > packed.Length * 8L)
            throw Ended();
        long value = last;
        for (int i = 0; i < values.Length; i++)
            values[i] = value = unchecked(value + minDelta + (long)One(packed, (long)(taken + i) * width));
        last = value;
    }

    private ulong One(ReadOnlySpan<byte> packed, long bit)
    {
        if (width <= Bits.MaxLoad)
            return Bits.Load(packed, bit, width);
        const int half = 32;
        return Bits.Load(packed, bit, half) | (Bits.Load(packed, bit + half, width - half) << half);
    }

    private long PackedBytes(int bits) => (long)miniblockValues / 8 * bits;

    private static int Width(ReadOnlySpan<byte> bytes, int at)
    {
        if (at >= bytes.Length)
            throw Ended();
        return bytes[at] <= MaxWidth ? bytes[at] : throw new InvalidDataException($"differences of integers have {bytes[at]} bits");
    }

    private static long ZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);

    private static ulong VarInt(ReadOnlySpan<byte> bytes, ref int position)
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (position >= bytes.Length)
                throw Ended();
            byte part = bytes[position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }

        throw new InvalidDataException("an integer has more than ten bytes");
    }

    private static InvalidDataException Ended() => new("its differences end before its values do");
}
