namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>First byte of all values, then the second of all, and so on (Encodings.md, "BYTE_STREAM_SPLIT").</summary>
/// <param name="width">Bytes of a value.</param>
internal sealed class SplitValues(int width) : FixedValues
{
    private ReadOnlyMemory<byte> memory;
    private int count;
    private int next;

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        if (page.Length % Math.Max(width, 1) != 0)
            throw new InvalidDataException($"{page.Length} bytes are split into streams for values of {width}");
        (memory, count, next) = (page, page.Length / Math.Max(width, 1), 0);
    }

    public override void Read(Span<byte> values)
    {
        if (values.IsEmpty)
            return;
        int wanted = values.Length / width;
        if (wanted > count - next)
            throw new InvalidDataException("a page ends before its values do");
        ReadOnlySpan<byte> page = memory.Span;
        for (int part = 0; part < width; part++)
        {
            ReadOnlySpan<byte> stream = page.Slice((part * count) + next, wanted);
            for (int i = 0, to = part; i < stream.Length; i++, to += width)
                values[to] = stream[i];
        }

        next += wanted;
    }
}
