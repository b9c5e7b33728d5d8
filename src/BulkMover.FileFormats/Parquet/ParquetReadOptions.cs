using BulkMover.Core.Scans;

namespace BulkMover.FileFormats.Parquet;

/// <summary>How Parquet files are read. What the user sees does not depend on it.</summary>
public sealed record ParquetReadOptions
{
    /// <summary>
    /// Files up to this are read whole with one request: it takes about as long as the two or three requests that reading the
    /// footer first costs (100 MB/s and 30 ms each). Row groups are joined up to this size for the same reason.
    /// </summary>
    public int SmallBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Column chunks closer than this share a request: the gap costs less than a round trip.</summary>
    public int MaxGapBytes { get; init; } = 1024 * 1024;

    /// <summary>Longer ranges are split: one connection to an object store gives only some 50 to 100 MB/s.</summary>
    public int MaxRequestBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Requests in flight for one row group. Several row groups are fetched at a time, so few suffice.</summary>
    public int MaxRequests { get; init; } = 4;

    /// <inheritdoc cref="BatchSize.Rows"/>
    public int BatchRows { get; init; } = BatchSize.Usual.Rows;

    /// <inheritdoc cref="BatchSize.Bytes"/>
    public int BatchBytes { get; init; } = BatchSize.Usual.Bytes;

    /// <inheritdoc cref="BatchSize.KeepsStoredForms"/>
    public bool KeepsStoredForms { get; init; }

    /// <summary>All columns are decoded by the native reader: what our own decoders are compared with.</summary>
    internal bool OnlyNative { get; init; }
}
