using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>
/// The same bytes under another type: equal types, text and binary, timestamps with and without a time zone, decimals of as many digits behind the point. What comes in
/// a stored form stays in it (<see cref="Core.Scans.BatchSize.KeepsStoredForms"/>).
/// </summary>
internal sealed class SharedShape(IArrowType type) : ColumnShape
{
    /// <summary>The type of what comes in a stored form; null where it has to come in the file's type.</summary>
    public IArrowType? InForm(IArrowType stored) => (stored, type) switch
    {
        (DictionaryType dictionary, StringType or BinaryType) => new DictionaryType(dictionary.IndexType, type, dictionary.Ordered),
        (Decimal32Type, Decimal128Type { Precision: <= 9 } decimals) => new Decimal32Type(decimals.Precision, decimals.Scale),
        (Decimal64Type, Decimal128Type { Precision: <= 18 } decimals) => new Decimal64Type(decimals.Precision, decimals.Scale),
        _ => null,
    };

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers) =>
        As(InForm(source.DataType) ?? type, source, source.Dictionary is { } entries ? As(type, entries, null, buffers) : null, buffers);

    private static ArrayData As(IArrowType type, ArrayData source, ArrayData? dictionary, TakenBuffers buffers) => new(
        type, source.Length, source.NullCount, source.Offset, source.Buffers.Select(buffers.Share).ToArray(), children: null, dictionary);
}
