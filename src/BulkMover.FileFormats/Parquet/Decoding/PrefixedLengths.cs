namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The lengths that stand before byte arrays which begin as the one before them does: of all prefixes, then of all rests (Encodings.md, "DELTA_BYTE_ARRAY").</summary>
internal sealed class PrefixedLengths
{
    private const int AtOnce = 256;

    private readonly DeltaReader prefixReader = new(), suffixReader = new();
    private readonly long[] prefixLengths = new long[AtOnce], suffixLengths = new long[AtOnce];

    /// <returns>What follows the lengths: the rests.</returns>
    public ReadOnlyMemory<byte> Begin(ReadOnlyMemory<byte> page)
    {
        prefixReader.Begin(page);
        ReadOnlyMemory<byte> behind = page[prefixReader.FindEnd()..];
        suffixReader.Begin(behind);
        return behind[suffixReader.FindEnd()..];
    }

    /// <summary>The next lengths, as they are stored.</summary>
    /// <param name="most">How many are wanted; at least one comes.</param>
    /// <param name="suffixes">As many as are returned. Both are the caller's until the next call.</param>
    public Span<long> Read(int most, out Span<long> suffixes)
    {
        int count = Math.Min(AtOnce, most);
        Span<long> prefixes = prefixLengths.AsSpan(0, count);
        suffixes = suffixLengths.AsSpan(0, count);
        prefixReader.Read(prefixes);
        suffixReader.Read(suffixes);
        return prefixes;
    }
}
