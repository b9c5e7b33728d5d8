using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace BulkMover.Core.Batches;

/// <summary>Spans over the buffers of an Arrow array.</summary>
public static class ArrayDataExtensions
{
    /// <summary>
    /// The array's own part of buffer 1 as values of <typeparamref name="T"/>: fixed-width values, indices, views, or with
    /// <paramref name="extra"/> 1 the offsets of an array that is not empty. Null rows hold anything.
    /// </summary>
    public static ReadOnlySpan<T> Values<T>(this ArrayData data, int extra = 0)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        ReadOnlySpan<byte> bytes = data.Buffers[1].Span;
        return data.Length + extra == 0
            ? []
            : MemoryMarshal.Cast<byte, T>(bytes.Slice(checked(data.Offset * size), checked((data.Length + extra) * size)));
    }

    /// <summary>A value of text or bytes with 32-bit offsets; the row is not null.</summary>
    public static ReadOnlySpan<byte> BytesAt(this ArrayData data, int row)
    {
        ReadOnlySpan<int> offsets = MemoryMarshal.Cast<byte, int>(data.Buffers[1].Span).Slice(data.Offset + row, 2);
        return data.Buffers[2].Span[offsets[0]..offsets[1]];
    }
}
