using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>A column that holds only nulls, whatever type the file gives it.</summary>
internal sealed class NullShape(IArrowType type) : ColumnShape
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers) => FilledArrays.Nulls(type, source.Length, buffers);
}
