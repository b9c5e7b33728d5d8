namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Numbers of encodings (parquet.thrift, <c>Encoding</c>), and sets of them as bits.</summary>
internal static class Encodings
{
    public const int Plain = 0;
    public const int PlainDictionary = 2;
    public const int Rle = 3;
    public const int DeltaBinaryPacked = 5;
    public const int DeltaLengthByteArray = 6;
    public const int DeltaByteArray = 7;
    public const int RleDictionary = 8;
    public const int ByteStreamSplit = 9;

    private const int Other = 31;

    /// <summary>The set with one more.</summary>
    /// <param name="set">0 to begin with.</param>
    /// <param name="encoding">Any number; those beyond the bits count as one.</param>
    public static uint With(uint set, int encoding) => set | (1u << (encoding is >= 0 and < Other ? encoding : Other));

    /// <summary>The set has no others than these.</summary>
    public static bool AreAllOf(uint set, params ReadOnlySpan<int> encodings)
    {
        uint known = 0;
        foreach (int encoding in encodings)
            known = With(known, encoding);
        return (set & ~known) == 0;
    }
}
