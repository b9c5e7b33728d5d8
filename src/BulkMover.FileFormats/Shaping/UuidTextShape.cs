using System.Buffers.Text;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>UUIDs as their text (RFC 9562, section 4): <c>f81d4fae-7dec-11d0-a765-00a0c91e6bf6</c>.</summary>
internal sealed class UuidTextShape : ColumnShape
{
    private const int UuidBytes = 16, TextBytes = 36;

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<byte> uuids = source.Length == 0 ? [] : source.Buffers[1].Span.Slice(checked(source.Offset * UuidBytes), checked(source.Length * UuidBytes));
        ArrowBuffer offsets = buffers.Allocate((source.Length + 1) * sizeof(int), out Span<byte> offsetBytes);
        ArrowBuffer texts = buffers.Allocate(checked(source.Length * TextBytes), out Span<byte> text);
        Span<int> ends = MemoryMarshal.Cast<byte, int>(offsetBytes);
        ends[0] = 0;
        for (int i = 0; i < source.Length; i++)
        {
            // Null rows hold the text of what their bytes are.
            var uuid = new Guid(uuids.Slice(i * UuidBytes, UuidBytes), bigEndian: true);
            Utf8Formatter.TryFormat(uuid, text.Slice(i * TextBytes, TextBytes), out _);
            ends[i + 1] = (i + 1) * TextBytes;
        }

        return new ArrayData(StringType.Default, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), offsets, texts], children: null);
    }
}
