using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Which column of which checkpoint file an array is.</summary>
/// <param name="Path">Its name, behind those of the columns around it.</param>
/// <param name="File">The checkpoint file.</param>
internal sealed record ColumnSource(string Path, Location File)
{
    public ColumnSource Child(string name) => this with { Path = $"{Path}.{name}" };

    /// <summary>The array in the type that the protocol gives the column. Asked for values only: a column of nulls may have any type.</summary>
    /// <exception cref="CorruptTableException">It has another.</exception>
    public T As<T>(IArrowArray array)
        where T : class, IArrowArray => array as T ?? throw Unexpected(array);

    public CorruptTableException Unexpected(IArrowArray array) =>
        new("delta.checkpoint_broken",
            $"Checkpoint '{File}' holds '{Path}' as {array.Data.DataType.Name}, which is not its type in the protocol. Delete the checkpoint " +
            "if all commits are still there.");
}
