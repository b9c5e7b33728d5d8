namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The lengths of all byte arrays, then the bytes of all (Encodings.md, "DELTA_LENGTH_BYTE_ARRAY").</summary>
internal sealed class DeltaLengthText : TextValues
{
    private const int AtOnce = 256;

    private readonly DeltaReader lengths = new();
    private readonly long[] some = new long[AtOnce];
    private ReadOnlyMemory<byte> rest;

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        lengths.Begin(page);
        rest = page[lengths.FindEnd()..];
    }

    public override void Read(Span<int> ends, TextBuffer text)
    {
        while (!ends.IsEmpty)
        {
            Span<long> read = some.AsSpan(0, Math.Min(AtOnce, ends.Length));
            lengths.Read(read);
            int bytes = 0;
            for (int i = 0; i < read.Length; i++)
                ends[i] = text.Length + (bytes += Checked(read[i], rest.Length - bytes));
            rest.Span[..bytes].CopyTo(text.Extend(bytes));
            rest = rest[bytes..];
            ends = ends[read.Length..];
        }
    }

    /// <summary>A length as the 32-bit integer that it is.</summary>
    /// <exception cref="InvalidDataException">No value can be so long.</exception>
    public static int Checked(long sum, int max)
    {
        int length = unchecked((int)sum);
        return (uint)length <= (uint)max ? length : throw new InvalidDataException($"a value or prefix of {length} bytes goes beyond the {max} that there are");
    }
}
