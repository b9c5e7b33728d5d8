namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Byte arrays that begin as the one before them does: lengths of the prefixes, then of the rests, then the rests (Encodings.md, "DELTA_BYTE_ARRAY").</summary>
internal sealed class DeltaText : TextValues
{
    private readonly PrefixedLengths lengths = new();
    private ReadOnlyMemory<byte> rest;

    /// <summary>The value before those that are read next.</summary>
    private byte[] last = [];

    public override void Begin(ReadOnlyMemory<byte> page) => (rest, last) = (lengths.Begin(page), []);

    public override void Read(Span<int> ends, TextBuffer text)
    {
        while (!ends.IsEmpty)
        {
            Span<long> prefixes = lengths.Read(ends.Length, out Span<long> suffixes);
            Append(prefixes, suffixes, ends[..prefixes.Length], text);
            ends = ends[prefixes.Length..];
        }
    }

    private void Append(Span<long> prefixes, Span<long> suffixes, Span<int> ends, TextBuffer text)
    {
        ReadOnlySpan<byte> bytes = rest.Span;
        int length = last.Length, at = 0;
        long sum = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            int prefix = DeltaLengthText.Checked(prefixes[i], length), suffix = DeltaLengthText.Checked(suffixes[i], bytes.Length - at);
            (prefixes[i], suffixes[i]) = (prefix, suffix);
            (length, at) = (prefix + suffix, at + suffix);
            sum += length;
        }

        int start = text.Length, place = 0;
        Span<byte> room = text.Extend(sum);
        ReadOnlySpan<byte> before = last;
        for (int i = 0; i < ends.Length; i++)
        {
            int prefix = (int)prefixes[i], suffix = (int)suffixes[i];
            before[..prefix].CopyTo(room[place..]);
            bytes[..suffix].CopyTo(room[(place + prefix)..]);
            before = room.Slice(place, prefix + suffix);
            bytes = bytes[suffix..];
            place += prefix + suffix;
            ends[i] = start + place;
        }

        last = before.ToArray();
        rest = rest[at..];
    }
}
