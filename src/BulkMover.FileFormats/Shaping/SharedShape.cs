using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>The same bytes under another type: equal types, text and binary, timestamps with and without a time zone.</summary>
internal sealed class SharedShape(IArrowType type) : ColumnShape
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers) => new(
        type, source.Length, source.NullCount, source.Offset, source.Buffers.Select(buffers.Share).ToArray(), children: null);
}
