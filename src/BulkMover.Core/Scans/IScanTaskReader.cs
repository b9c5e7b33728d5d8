namespace BulkMover.Core.Scans;

/// <summary>Opens data files of one format for one <see cref="Scan"/>. Safe for concurrent use.</summary>
public interface IScanTaskReader
{
    /// <summary>Bytes that <see cref="OpenAsync"/> will hold at most: the whole of a small file, else the end of it with the footer.</summary>
    long OpenBytes(ScanTask task);

    /// <summary>
    /// Reads the file's metadata once and yields its row groups (small neighbours together) in file order, without those that the filter
    /// rules out by statistics. The caller disposes each.
    /// </summary>
    /// <exception cref="Errors.CorruptTableException">The file is missing or its bytes do not form a valid file.</exception>
    /// <exception cref="Errors.UnsupportedFeatureException">The file uses a codec, encoding or encryption that is not read.</exception>
    IAsyncEnumerable<IRowGroupScan> OpenAsync(ScanTask task, CancellationToken cancellationToken);
}
