using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Batches;

/// <summary>Where the values or items of each slot start, and where the last ones end.</summary>
public static class Offsets
{
    /// <summary>One more offset than slots; the first is not negative. Not for data without slots, which may lack the buffer.</summary>
    /// <exception cref="CorruptTableException">The buffer is too short or starts below 0.</exception>
    public static ReadOnlySpan<T> Of<T>(ArrayData data)
        where T : unmanaged, IBinaryInteger<T>
    {
        ReadOnlySpan<T> offsets = MemoryMarshal.Cast<byte, T>(data.Buffers[1].Span);
        if (offsets.Length < (long)data.Offset + data.Length + 1 || T.IsNegative(offsets[data.Offset]))
            throw Invalid();
        return offsets.Slice(data.Offset, data.Length + 1);
    }

    /// <summary>What to throw for offsets that cannot be.</summary>
    public static CorruptTableException Invalid() => new("arrow.offsets_invalid",
        "The offsets of a string, binary, list or map column go backwards or point behind its values. The reader of the file or the file is broken.");
}
