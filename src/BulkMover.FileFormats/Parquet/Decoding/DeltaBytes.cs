namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Values of a fixed width that begin as the one before them does, as <see cref="DeltaText"/> (Encodings.md, "DELTA_BYTE_ARRAY").</summary>
/// <param name="width">Bytes of a value.</param>
internal sealed class DeltaBytes(int width) : FixedValues
{
    private const int AtOnce = 256;

    private readonly DeltaReader prefixes = new(32), suffixes = new(32);
    private readonly long[] prefixLengths = new long[AtOnce], suffixLengths = new long[AtOnce];
    private readonly byte[] last = new byte[width];
    private ReadOnlyMemory<byte> rest;

    /// <summary>Bytes of the value before those that are read next; none at the beginning of a page.</summary>
    private int lastLength;

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        prefixes.Begin(page);
        ReadOnlyMemory<byte> behind = page[prefixes.FindEnd()..];
        suffixes.Begin(behind);
        rest = behind[suffixes.FindEnd()..];
        lastLength = 0;
    }

    public override void Read(Span<byte> values)
    {
        while (!values.IsEmpty)
        {
            int count = Math.Min(AtOnce, values.Length / width);
            prefixes.Read(prefixLengths.AsSpan(0, count));
            suffixes.Read(suffixLengths.AsSpan(0, count));
            for (int i = 0; i < count; i++, values = values[width..])
                ReadOne(prefixLengths[i], suffixLengths[i], values[..width]);
        }
    }

    private void ReadOne(long prefixLength, long suffixLength, Span<byte> value)
    {
        int prefix = DeltaLengthText.Checked(prefixLength, lastLength), suffix = DeltaLengthText.Checked(suffixLength, rest.Length);
        if (prefix + (long)suffix != width)
            throw new InvalidDataException($"a value of {width} bytes has {prefix + (long)suffix}");
        last.AsSpan(0, prefix).CopyTo(value);
        rest.Span[..suffix].CopyTo(value[prefix..]);
        value.CopyTo(last);
        (rest, lastLength) = (rest[suffix..], width);
    }
}
