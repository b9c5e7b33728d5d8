using System.Buffers.Binary;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The block format of LZ4 (lz4_Block_format.md), which Parquet calls LZ4_RAW.</summary>
internal static class Lz4Block
{
    /// <summary>A match is at least so long.</summary>
    private const int MinMatch = 4;

    /// <summary>A half of a token, or a further byte, that says that the length goes on in the next byte.</summary>
    private const int LongHalf = 15, LongByte = 255;

    /// <summary>Decompresses a whole block.</summary>
    /// <returns>The bytes that it has.</returns>
    /// <exception cref="InvalidDataException">The bytes are no block, or one of more bytes than there is room for.</exception>
    public static int Decompress(ReadOnlySpan<byte> from, Span<byte> to)
    {
        int read = 0, written = 0;
        while (true)
        {
            int token = Byte(from, ref read);
            int literals = Length(token >> 4, from, ref read, to.Length);
            if (literals > from.Length - read || literals > to.Length - written)
                throw new InvalidDataException("literals go beyond its bytes");
            from.Slice(read, literals).CopyTo(to[written..]);
            (read, written) = (read + literals, written + literals);
            // The last sequence ends behind its literals.
            if (read == from.Length)
                return written;

            if (from.Length - read < sizeof(ushort))
                throw new InvalidDataException("it ends before a match");
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(from[read..]);
            read += sizeof(ushort);
            int match = Length(token & LongHalf, from, ref read, to.Length) + MinMatch;
            if (distance == 0 || distance > written || match > to.Length - written)
                throw new InvalidDataException("a match goes beyond its bytes");
            CopyMatch(to, written, distance, match);
            written += match;
        }
    }

    private static void CopyMatch(Span<byte> to, int written, int distance, int length)
    {
        // A match may overlap itself: what is there repeats, and each copy doubles it.
        int start = written - distance;
        for (int copied = 0; copied < length;)
        {
            int step = Math.Min(length - copied, distance + copied);
            to.Slice(start, step).CopyTo(to[(written + copied)..]);
            copied += step;
        }
    }

    private static int Length(int half, ReadOnlySpan<byte> from, ref int read, int max)
    {
        if (half < LongHalf)
            return half;
        int length = half, more;
        do
        {
            more = Byte(from, ref read);
            length += more;
            if (length > max)
                throw new InvalidDataException("a length goes beyond its bytes");
        }
        while (more == LongByte);

        return length;
    }

    private static int Byte(ReadOnlySpan<byte> from, ref int read) =>
        read < from.Length ? from[read++] : throw new InvalidDataException("it ends before a sequence");
}
