using System.Buffers.Binary;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Byte arrays, each behind its length in four bytes (Encodings.md, "PLAIN").</summary>
internal sealed class PlainText : TextValues
{
    private ReadOnlyMemory<byte> rest;

    public override void Begin(ReadOnlyMemory<byte> page) => rest = page;

    public override void Read(Span<int> ends, TextBuffer text)
    {
        ReadOnlySpan<byte> page = rest.Span;
        int start = text.Length;
        int at = Measure(page, ends, start);
        Span<byte> room = text.Extend(at - (sizeof(int) * (long)ends.Length));
        int from = 0, place = 0;
        foreach (int end in ends)
        {
            from += sizeof(int);
            int length = end - start - place;
            TextBuffer.Copy(page, from, length, room, place);
            (from, place) = (from + length, place + length);
        }

        rest = rest[at..];
    }

    /// <summary>Writes where values end; the sums are right as long as the text has room for them.</summary>
    /// <returns>Where the next value's length stands.</returns>
    public static int Measure(ReadOnlySpan<byte> page, Span<int> ends, int start)
    {
        int at = 0, end = start;
        for (int i = 0; i < ends.Length; i++)
        {
            if (page.Length - at < sizeof(int))
                throw new InvalidDataException("a page ends before its values do");
            int length = BinaryPrimitives.ReadInt32LittleEndian(page[at..]);
            at += sizeof(int);
            if ((uint)length > (uint)(page.Length - at))
                throw new InvalidDataException($"a value of {(uint)length} bytes goes beyond the {page.Length - at} of its page");
            at += length;
            ends[i] = end += length;
        }

        return at;
    }
}
