using Apache.Arrow;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>The deleted rows of a data file: what any of its deletes names.</summary>
internal sealed class DeletedRows(IReadOnlyList<PositionSet> positions, IReadOnlyList<DeletedValues> values) : IDeletedRows
{
    public void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted)
    {
        foreach (PositionSet set in positions)
            set.Mark(keys, firstPosition, deleted);
        foreach (DeletedValues of in values)
            of.Mark(keys, deleted);
    }

    public bool HasAll(long firstPosition, long count) => positions.Any(set => set.HasAll(firstPosition, count));
}

/// <summary>Rows that are deleted by their values.</summary>
/// <param name="table">The deleted values.</param>
/// <param name="columns">Numbers of the delete columns among the key columns.</param>
/// <param name="sequenceNumber">The data file's.</param>
internal sealed class DeletedValues(KeyTable table, IReadOnlyList<int> columns, long sequenceNumber)
{
    public void Mark(RecordBatch keys, Span<bool> deleted)
    {
        var encoder = new KeyEncoder(keys, columns);
        for (int row = 0; row < deleted.Length; row++)
        {
            // "Scan Planning": strictly older rows only.
            if (!deleted[row] && table.NewestDelete(encoder.Encode(row)) > sequenceNumber)
                deleted[row] = true;
        }
    }
}
