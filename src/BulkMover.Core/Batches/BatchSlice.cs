using Apache.Arrow;

namespace BulkMover.Core.Batches;

/// <summary>Some rows of a batch that follow one another, without copying. Memory is shared as by <see cref="BatchProjection"/>: the caller disposes both.</summary>
public static class BatchSlice
{
    /// <param name="batch">The batch.</param>
    /// <param name="columns">Numbers of the columns that the result has, in that order.</param>
    /// <param name="offset">The first row.</param>
    /// <param name="rows">How many.</param>
    public static RecordBatch Of(RecordBatch batch, IReadOnlyList<int> columns, int offset, int rows) => new(
        new Schema([.. columns.Select(i => batch.Schema.FieldsList[i])], batch.Schema.Metadata),
        [.. columns.Select(i => ArrowArrayFactory.BuildArray(batch.Column(i).Data.Retain().Slice(offset, rows)))], rows);
}
