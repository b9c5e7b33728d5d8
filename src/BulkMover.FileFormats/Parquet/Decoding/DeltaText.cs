namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Byte arrays that begin as the one before them does: lengths of the prefixes, then of the rests, then the rests (Encodings.md, "DELTA_BYTE_ARRAY").</summary>
internal sealed class DeltaText : TextValues
{
    private const int AtOnce = 256;

    private readonly DeltaReader prefixes = new(32), suffixes = new(32);
    private readonly long[] prefixLengths = new long[AtOnce], suffixLengths = new long[AtOnce];
    private ReadOnlyMemory<byte> rest;

    /// <summary>The value before those that are read next.</summary>
    private byte[] last = [];

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        prefixes.Begin(page);
        ReadOnlyMemory<byte> behind = page[prefixes.FindEnd()..];
        suffixes.Begin(behind);
        rest = behind[suffixes.FindEnd()..];
        last = [];
    }

    public override void Read(Span<int> ends, TextBuffer text)
    {
        while (!ends.IsEmpty)
        {
            int count = Math.Min(AtOnce, ends.Length);
            prefixes.Read(prefixLengths.AsSpan(0, count));
            suffixes.Read(suffixLengths.AsSpan(0, count));
            Append(ends[..count], text);
            ends = ends[count..];
        }
    }

    private void Append(Span<int> ends, TextBuffer text)
    {
        ReadOnlySpan<byte> bytes = rest.Span;
        int length = last.Length, at = 0;
        long sum = 0;
        for (int i = 0; i < ends.Length; i++)
        {
            int prefix = DeltaLengthText.Checked(prefixLengths[i], length), suffix = DeltaLengthText.Checked(suffixLengths[i], bytes.Length - at);
            (prefixLengths[i], suffixLengths[i]) = (prefix, suffix);
            (length, at) = (prefix + suffix, at + suffix);
            sum += length;
        }

        int start = text.Length, place = 0;
        Span<byte> room = text.Extend(sum);
        ReadOnlySpan<byte> before = last;
        for (int i = 0; i < ends.Length; i++)
        {
            int prefix = (int)prefixLengths[i], suffix = (int)suffixLengths[i];
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
