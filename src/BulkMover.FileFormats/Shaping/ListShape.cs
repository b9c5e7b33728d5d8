using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Lists and maps: the offsets stay, the elements are shaped.</summary>
/// <param name="type">The table's type.</param>
/// <param name="element">Of the elements; of a map, the entries.</param>
/// <param name="required">Set when the table wants no null elements and the file may have some.</param>
internal sealed class ListShape(IArrowType type, ColumnShape element, RequiredCheck? required) : ColumnShape
{
    public ColumnShape Element => element;

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        // Elements that no list refers to may be null; only a file that has nulls at all pays for looking.
        required?.CheckElements(source);
        return new ArrayData(type, source.Length, source.NullCount, source.Offset, source.Buffers.Select(buffers.Share).ToArray(),
            [element.Apply(source.Children[0], buffers)]);
    }
}
