using Apache.Arrow;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The values' bytes of a fixed-width column, without what lies before and behind the slice.</summary>
internal static class FixedValues
{
    /// <exception cref="CorruptTableException">The buffer is too short.</exception>
    public static ReadOnlyMemory<byte> Of(ArrayData data, int width)
    {
        ReadOnlyMemory<byte> buffer = data.Buffers[1].Memory;
        long start = (long)data.Offset * width;
        long length = (long)data.Length * width;
        return start + length <= buffer.Length
            ? buffer.Slice((int)start, (int)length)
            : throw new CorruptTableException("arrow.buffer_too_short",
                $"A column of {data.Length:N0} values of {width} bytes has a buffer of {buffer.Length:N0} bytes. The reader of the file or the file is broken.");
    }
}
