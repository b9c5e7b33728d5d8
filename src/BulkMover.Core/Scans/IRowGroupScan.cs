using Apache.Arrow;

namespace BulkMover.Core.Scans;

/// <summary>
/// The scan of a row group, or of small neighbours in one file (where a format has none, of some of its blocks): first the bytes, then the batches. One caller at a time; disposing frees
/// what was fetched.
/// </summary>
public interface IRowGroupScan : IDisposable
{
    /// <summary>Which file and row groups, for messages.</summary>
    string Name { get; }

    /// <summary>Rows that decoding yields, before the filter and deletes.</summary>
    long Rows { get; }

    /// <summary>Rows that <see cref="ReadNext"/> has left out so far because the table has deleted them.</summary>
    long DeletedRows { get; }

    /// <summary>Bytes that it holds already since its file was opened.</summary>
    long HeldBytes { get; }

    /// <summary>Bytes that <see cref="FetchAsync"/> will hold in addition; 0 when there is nothing to fetch.</summary>
    long FetchBytes { get; }

    /// <summary>Upper estimate of what decoding needs beside the fetched bytes: one batch and the decoder's own pages.</summary>
    long DecodeBytes { get; }

    /// <summary>Reads the column chunks. The caller has leased <see cref="FetchBytes"/>.</summary>
    Task FetchAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Looks at values where nothing else tells how large rows are, before any is decoded; <see cref="DecodeBytes"/> may be more or less after it. The
    /// caller has leased what it was before, and nothing is held behind it.
    /// </summary>
    void Measure(CancellationToken cancellationToken);

    /// <summary>
    /// The next rows in file order with exactly the fields of <see cref="Scan.ReadSchema"/>, but for stored forms where the reader may keep them
    /// (<see cref="BatchSize.KeepsStoredForms"/>), or null at the end; none of a batch when all of it are deleted. The caller owns the batch and disposes it, and may do so after this scan is disposed.
    /// </summary>
    /// <exception cref="Errors.CorruptTableException">The bytes do not form valid pages, or a required value is missing.</exception>
    RecordBatch? ReadNext(CancellationToken cancellationToken);
}
