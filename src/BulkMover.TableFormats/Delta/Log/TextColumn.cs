using System.Text;
using Apache.Arrow;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Texts of a checkpoint's batch.</summary>
/// <param name="array">Null when the file has no such column.</param>
/// <param name="source">The column.</param>
internal sealed class TextColumn(IArrowArray? array, ColumnSource source)
{
    public string? At(int row) => TryUtf8(row, out ReadOnlySpan<byte> text) ? Encoding.UTF8.GetString(text) : null;

    /// <summary>The text as it lies in the batch; false for null.</summary>
    public bool TryUtf8(int row, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (array is null)
            return false;
        BinaryArray texts = source.As<BinaryArray>(array);
        bool isThere = texts.IsValid(row);
        if (isThere)
            text = texts.GetBytes(row);
        return isThere;
    }
}
