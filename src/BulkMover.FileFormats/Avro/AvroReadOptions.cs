namespace BulkMover.FileFormats.Avro;

/// <summary>How Avro data files are read. What the user sees does not depend on it.</summary>
public sealed record AvroReadOptions
{
    /// <summary>Files up to this are read whole with one request, which takes about as long as two (100 MB/s and 30 ms each).</summary>
    public int SmallBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Larger files are read twice: once in requests of this size to find their blocks, which are told apart only by walking from one to the
    /// next, and then in runs of blocks of this size by all workers.
    /// </summary>
    public int RunBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Rows of a batch: enough that costs per batch vanish, few enough that a batch of ordinary rows stays in the cache.</summary>
    public int BatchRows { get; init; } = 64 * 1024;

    /// <summary>Bytes of a batch, for wide rows; a single row may be larger.</summary>
    public int BatchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of a single row, decoded: nothing but a broken or hostile file is known to have more.</summary>
    public long MaxRowBytes { get; init; } = 1024L * 1024 * 1024;
}
