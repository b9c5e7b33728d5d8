namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Values of a fixed width that begin as the one before them does, as <see cref="DeltaText"/> (Encodings.md, "DELTA_BYTE_ARRAY").</summary>
/// <param name="width">Bytes of a value.</param>
internal sealed class DeltaBytes(int width) : FixedValues
{
    private readonly PrefixedLengths lengths = new();
    private readonly byte[] last = new byte[width];
    private ReadOnlyMemory<byte> rest;

    /// <summary>Bytes of the value before those that are read next; none at the beginning of a page.</summary>
    private int lastLength;

    public override void Begin(ReadOnlyMemory<byte> page) => (rest, lastLength) = (lengths.Begin(page), 0);

    public override void Read(Span<byte> values)
    {
        while (!values.IsEmpty)
        {
            Span<long> prefixes = lengths.Read(values.Length / width, out Span<long> suffixes);
            for (int i = 0; i < prefixes.Length; i++, values = values[width..])
                ReadOne(prefixes[i], suffixes[i], values[..width]);
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
