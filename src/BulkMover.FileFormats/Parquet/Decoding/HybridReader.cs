using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Numbers in runs, either of one number repeated or packed bit by bit (Encodings.md, "RLE"): levels, booleans and numbers of dictionary entries.</summary>
/// <exception cref="InvalidDataException">Thrown by every method for bytes that break the encoding or end too early.</exception>
internal sealed class HybridReader
{
    private const int MaxHeaderBytes = 5;

    private ReadOnlyMemory<byte> memory;
    private int width;
    private int position;
    private bool isPacked;

    // Of the run: how many numbers are left, the repeated one, or where the packed ones begin and how many of them were taken.
    private long left;
    private int repeated;
    private int packedAt;
    private long taken;

    /// <summary>Begins anew.</summary>
    /// <param name="bytes">The runs, without the length that stands before some.</param>
    /// <param name="bitWidth">Bits of a number, from 0 to <see cref="BitUnpacking.MaxWidth"/>.</param>
    public void Begin(ReadOnlyMemory<byte> bytes, int bitWidth) => (memory, width, position, left) = (bytes, bitWidth, 0, 0);

    /// <summary>The next numbers, as many as there is room for.</summary>
    public void Read(Span<int> numbers)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        while (!numbers.IsEmpty)
        {
            Span<int> part = numbers[..NextPart(bytes, numbers.Length)];
            if (isPacked)
                BitUnpacking.Unpack(bytes[packedAt..], taken, width, part);
            else
                part.Fill(repeated);
            Take(part.Length);
            numbers = numbers[part.Length..];
        }
    }

    /// <summary>The next numbers, each of at most a byte, as many as there is room for.</summary>
    public void Read(Span<byte> numbers)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        while (!numbers.IsEmpty)
        {
            Span<byte> part = numbers[..NextPart(bytes, numbers.Length)];
            if (isPacked)
                BitUnpacking.Unpack(bytes[packedAt..], taken, width, part);
            else if (part.Length <= Vector256<byte>.Count && numbers.Length >= Vector256<byte>.Count)
                // Most runs are short: one store of fixed size is cheaper than one of the right size, and what comes behind is written next.
                Vector256.Create((byte)repeated).CopyTo(numbers);
            else
                part.Fill((byte)repeated);
            Take(part.Length);
            numbers = numbers[part.Length..];
        }
    }

    /// <summary>The next numbers, each of one bit, as bits.</summary>
    /// <returns>How many of them are 1.</returns>
    public int ReadBits(Span<byte> target, int first, int count)
    {
        ReadOnlySpan<byte> bytes = memory.Span;
        int ones = 0;
        for (int done = 0; done < count;)
        {
            int part = NextPart(bytes, count - done);
            ones += isPacked ? Bits.Copy(bytes[packedAt..], taken, target, first + done, part) : FillBits(target, first + done, part);
            Take(part);
            done += part;
        }

        return ones;
    }

    private int FillBits(Span<byte> target, int first, int count)
    {
        if (repeated is not (0 or 1))
            throw new InvalidDataException($"a level or boolean is {repeated}");
        Bits.Fill(target, first, count, repeated == 1);
        return repeated * count;
    }

    /// <summary>How many of the wanted numbers the open run has; opens the next one when it has no more.</summary>
    private int NextPart(ReadOnlySpan<byte> bytes, int wanted)
    {
        while (left == 0)
            OpenRun(bytes);
        return (int)Math.Min(left, wanted);
    }

    private void Take(int count)
    {
        left -= count;
        taken += count;
    }

    private void OpenRun(ReadOnlySpan<byte> bytes)
    {
        uint header = Header(bytes);
        isPacked = (header & 1) != 0;
        if (isPacked)
        {
            // A last run may lack the bytes that only fill its group of eight.
            long wantedBytes = (header >> 1) * (long)width;
            int runBytes = (int)Math.Min(wantedBytes, bytes.Length - position);
            left = width == 0 ? (header >> 1) * 8L : Math.Min((header >> 1) * 8L, runBytes * 8L / width);
            (packedAt, taken) = (position, 0);
            position += runBytes;
            return;
        }

        int valueBytes = (width + 7) / 8;
        if (valueBytes > bytes.Length - position)
            throw Ended();
        (repeated, left) = (valueBytes == 1 ? bytes[position] : Number(bytes.Slice(position, valueBytes)), header >> 1);
        position += valueBytes;
    }

    private static int Number(ReadOnlySpan<byte> stored)
    {
        Span<byte> value = stackalloc byte[sizeof(int)];
        value.Clear();
        stored.CopyTo(value);
        return BinaryPrimitives.ReadInt32LittleEndian(value);
    }

    private uint Header(ReadOnlySpan<byte> bytes)
    {
        ulong header = 0;
        for (int i = 0; i < MaxHeaderBytes; i++)
        {
            if (position == bytes.Length)
                throw Ended();
            byte part = bytes[position++];
            header |= (ulong)(part & 0x7F) << (7 * i);
            if (part < 0x80 && header <= uint.MaxValue)
                return (uint)header;
        }

        throw new InvalidDataException("the length of a run is no 32-bit number");
    }

    private static InvalidDataException Ended() => new("its runs end before its values do");
}
