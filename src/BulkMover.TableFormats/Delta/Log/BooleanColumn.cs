using Apache.Arrow;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Truth values of a checkpoint's batch.</summary>
/// <param name="array">Null when the file has no such column.</param>
/// <param name="source">The column.</param>
internal sealed class BooleanColumn(IArrowArray? array, ColumnSource source)
{
    public bool? At(int row) => array is null ? null : source.As<BooleanArray>(array).GetValue(row);
}
