using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>The same bytes under another type: equal types, text and binary, timestamps with and without a time zone. Of a dictionary, those of its entries.</summary>
internal sealed class SharedShape(IArrowType type) : ColumnShape
{
    public override ArrayData Apply(ArrayData source, TakenBuffers buffers) => source.DataType is DictionaryType dictionary
        ? As(new DictionaryType(dictionary.IndexType, type, dictionary.Ordered), source, As(type, source.Dictionary, null, buffers), buffers)
        : As(type, source, null, buffers);

    private static ArrayData As(IArrowType type, ArrayData source, ArrayData? dictionary, TakenBuffers buffers) => new(
        type, source.Length, source.NullCount, source.Offset, source.Buffers.Select(buffers.Share).ToArray(), children: null, dictionary);
}
