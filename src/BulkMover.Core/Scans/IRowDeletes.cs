using Apache.Arrow;

namespace BulkMover.Core.Scans;

/// <summary>What a table says about deleted rows of one data file: not read yet. Safe for concurrent use.</summary>
public interface IRowDeletes
{
    /// <summary>Columns of the table that are read beside the scan's because deleted rows are told by their values; empty when positions do.</summary>
    IReadOnlyList<Field> KeyColumns { get; }

    /// <summary>Bytes that <see cref="LoadAsync"/> will hold at most, as far as metadata tell.</summary>
    long Bytes { get; }

    /// <summary>Number of deleted rows where metadata tell it; null when only reading does.</summary>
    long? Rows { get; }

    /// <summary>Tells them from all others of the data file, also in other snapshots: the same rows are deleted as long as this is the same.</summary>
    UInt128 Identity { get; }

    /// <summary>Reads them, once for all row groups of the data file.</summary>
    /// <exception cref="Errors.CorruptTableException">A delete file is missing or broken.</exception>
    /// <exception cref="Errors.UnsupportedFeatureException">It uses what is not read.</exception>
    Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken);
}
