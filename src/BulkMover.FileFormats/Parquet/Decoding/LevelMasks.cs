using System.Runtime.Intrinsics;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Levels, a byte each → bits that say which of them reach a bound, 64 to a word, the first one least significant.</summary>
internal static class LevelMasks
{
    /// <summary>Levels of a word.</summary>
    public const int Word = 64;

    /// <param name="levels">The levels.</param>
    /// <param name="bound">Bits are set for levels of at least this.</param>
    /// <param name="masks">Where they go; in the last word, bits behind the last level are 0.</param>
    public static void AtLeast(ReadOnlySpan<byte> levels, int bound, Span<ulong> masks)
    {
        Vector256<byte> bounds = Vector256.Create((byte)bound);
        int word = 0;
        for (; levels.Length >= Word; levels = levels[Word..])
            masks[word++] = AtLeast(levels, bounds);
        if (levels.IsEmpty)
            return;
        Span<byte> last = stackalloc byte[Word];
        levels.CopyTo(last);
        masks[word] = AtLeast(last, bounds) & ((1UL << levels.Length) - 1);
    }

    private static ulong AtLeast(ReadOnlySpan<byte> levels, Vector256<byte> bounds)
    {
        Vector256<byte> low = Vector256.Create(levels), high = Vector256.Create(levels[Vector256<byte>.Count..]);
        return Vector256.GreaterThanOrEqual(low, bounds).ExtractMostSignificantBits()
            | ((ulong)Vector256.GreaterThanOrEqual(high, bounds).ExtractMostSignificantBits() << Vector256<byte>.Count);
    }
}
