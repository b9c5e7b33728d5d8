using Apache.Arrow;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Numbers of a checkpoint's batch, of 32 or 64 bits.</summary>
/// <param name="array">Null when the file has no such column.</param>
/// <param name="source">The column.</param>
internal sealed class NumberColumn(IArrowArray? array, ColumnSource source)
{
    public long? At(int row) => array switch
    {
        null => null,
        Int64Array numbers => numbers.GetValue(row),
        Int32Array numbers => numbers.GetValue(row),
        _ => throw source.Unexpected(array),
    };
}
