using System.Buffers;
using System.Text;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// Bounds of a column as manifests have them (Iceberg spec, Appendix D, "Binary single-value serialization"), texts and bytes cut short so that
/// manifests stay small: a lower bound may be lower than the least value, and an upper bound higher than the greatest.
/// </summary>
internal static class BoundTruncation
{
    /// <param name="type">The column's.</param>
    /// <param name="least">No value is below it.</param>
    /// <param name="length">Code points of a text, bytes of other bytes.</param>
    /// <returns>Null when there is no such bound.</returns>
    public static byte[]? Lower(IArrowType type, Scalar least, int length)
    {
        // "-0.0 must precede +0.0" (Appendix D): a file that has both may tell either.
        if (least.Value is 0.0)
            least = least with { Value = -0.0 };
        return IsNaN(least) ? null : SingleValue.Encode(type, least) is { } bytes ? bytes[..Kept(type, bytes, length)] : null;
    }

    /// <inheritdoc cref="Lower"/>
    /// <param name="type">The column's.</param>
    /// <param name="greatest">No value is above it.</param>
    /// <param name="length">Code points of a text, bytes of other bytes.</param>
    public static byte[]? Upper(IArrowType type, Scalar greatest, int length)
    {
        if (greatest.Value is 0.0)
            greatest = greatest with { Value = 0.0 };
        if (IsNaN(greatest) || SingleValue.Encode(type, greatest) is not { } bytes)
            return null;
        int kept = Kept(type, bytes, length);
        return kept == bytes.Length ? bytes : type is StringType ? NextText(bytes.AsSpan(0, kept)) : NextBytes(bytes.AsSpan(0, kept));
    }

    private static bool IsNaN(Scalar scalar) => scalar.Value is double number && double.IsNaN(number);

    /// <summary>How many bytes stay. What is no UTF-8 is cut before it: readers would turn it into another character, which may be greater.</summary>
    private static int Kept(IArrowType type, ReadOnlySpan<byte> bytes, int length)
    {
        if (type.TypeId is ArrowTypeId.Binary or ArrowTypeId.FixedSizedBinary)
            return Math.Min(length, bytes.Length);
        if (type is not StringType)
            return bytes.Length;
        int kept = 0;
        for (int points = 0; points < length && Rune.DecodeFromUtf8(bytes[kept..], out _, out int consumed) == OperationStatus.Done; points++)
            kept += consumed;
        return kept;
    }

    /// <summary>The least text above all that begin so: its last code point that has a next one is raised; null when none has.</summary>
    private static byte[]? NextText(ReadOnlySpan<byte> text)
    {
        for (ReadOnlySpan<byte> rest = text; Rune.DecodeLastFromUtf8(rest, out Rune last, out int length) == OperationStatus.Done;)
        {
            rest = rest[..^length];
            // Between 0xD7FF and 0xE000 are the halves of UTF-16's pairs, which are no code points of their own.
            int next = last.Value == 0xD7FF ? 0xE000 : last.Value + 1;
            if (!Rune.IsValid(next))
                continue;
            Span<byte> raised = stackalloc byte[4];
            return [.. rest, .. raised[..new Rune(next).EncodeToUtf8(raised)]];
        }

        return null;
    }

    private static byte[]? NextBytes(ReadOnlySpan<byte> bytes)
    {
        int last = bytes.LastIndexOfAnyExcept((byte)0xFF);
        if (last < 0)
            return null;
        byte[] next = bytes[..(last + 1)].ToArray();
        next[last]++;
        return next;
    }
}
