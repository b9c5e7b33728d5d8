namespace BulkMover.TableFormats.Targets;

/// <summary>Writes the deleted rows of data files as a table keeps them. Safe for concurrent use.</summary>
internal interface IDeletesWriter
{
    /// <summary>Bytes of memory that <see cref="WriteAsync"/> needs at most, beside what the store's writer holds.</summary>
    /// <param name="fileRows">Rows of the data file.</param>
    /// <param name="deletedRows">How many of them are deleted; as many as rows where that is not known.</param>
    long HeldBytes(long fileRows, long deletedRows);

    /// <param name="place">Where the file goes.</param>
    /// <param name="positions">Of the rows, as numbers from 0, ascending; at least one.</param>
    /// <param name="cancellationToken">Stops the writing; nothing is there then.</param>
    Task<WrittenDeletes> WriteAsync(DeletesPlace place, IEnumerable<long> positions, CancellationToken cancellationToken);
}
