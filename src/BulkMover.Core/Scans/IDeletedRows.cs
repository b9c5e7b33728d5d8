using Apache.Arrow;

namespace BulkMover.Core.Scans;

/// <summary>The deleted rows of one data file. Safe for concurrent use; never changed.</summary>
public interface IDeletedRows
{
    /// <summary>Marks rows that the table no longer has; marks that are there already stay.</summary>
    /// <param name="keys">The rows with <see cref="IRowDeletes.KeyColumns"/> and nothing else.</param>
    /// <param name="firstPosition">Number of the first row in the data file, from 0.</param>
    /// <param name="deleted">One for each row.</param>
    void Mark(RecordBatch keys, long firstPosition, Span<bool> deleted);

    /// <summary>Whether all of some rows are deleted whatever their values are; false also where that is not known without looking at them.</summary>
    /// <param name="firstPosition">Number of the first one in the data file, from 0.</param>
    /// <param name="count">How many; at least one.</param>
    bool HasAll(long firstPosition, long count);
}
