using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Shaping;

/// <summary>Turns arrays of a file's column, or of a part of it, into the table's type. Made once for a file, used for each batch.</summary>
internal abstract class ColumnShape
{
    /// <summary>
    /// The same rows in the table's type. The result holds its own references to what it shares with <paramref name="source"/>; the
    /// caller owns it once the whole batch is made.
    /// </summary>
    /// <exception cref="Core.Errors.ValueOutOfRangeException">A value has no equal in the table's type.</exception>
    /// <exception cref="Core.Errors.CorruptTableException">A value is missing where the table requires one.</exception>
    public abstract ArrayData Apply(ArrayData source, TakenBuffers buffers);
}
