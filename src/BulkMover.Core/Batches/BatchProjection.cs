using Apache.Arrow;

namespace BulkMover.Core.Batches;

/// <summary>
/// Chooses columns of a batch without copying. The result holds references of its own to the memory (<see cref="ArrayData.Retain"/>), so
/// the caller disposes both batches, each once and in any order, and memory is freed with the last of them. Memory that came through the
/// Arrow C data interface as one batch is freed as a whole, with its last column.
/// </summary>
public static class BatchProjection
{
    /// <summary>All columns.</summary>
    public static RecordBatch KeepAll(RecordBatch batch) => Share(batch, batch.Schema, Enumerable.Range(0, batch.ColumnCount));

    /// <summary>The first columns.</summary>
    public static RecordBatch KeepFirst(RecordBatch batch, int columns) => columns == batch.ColumnCount ? KeepAll(batch) : Select(batch, [.. Enumerable.Range(0, columns)]);

    /// <summary>The columns with the given numbers, in that order.</summary>
    public static RecordBatch Select(RecordBatch batch, IReadOnlyList<int> columns) =>
        Share(batch, new Schema([.. columns.Select(i => batch.Schema.FieldsList[i])], batch.Schema.Metadata), columns);

    private static RecordBatch Share(RecordBatch batch, Schema schema, IEnumerable<int> columns) =>
        new(schema, [.. columns.Select(i => ArrowArrayFactory.BuildArray(batch.Column(i).Data.Retain()))], batch.Length);
}
