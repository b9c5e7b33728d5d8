using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>Where bloom filters and page indexes are read from, and whether that pays.</summary>
/// <param name="File">The file, or the whole of it in memory.</param>
/// <param name="IsInMemory">Nothing has to be fetched.</param>
/// <param name="Options">How files are read.</param>
internal sealed record IndexSource(IRangeReader File, bool IsInMemory, ParquetReadOptions Options)
{
    /// <summary>What is fetched in vain, when it rules nothing out, adds at most an eighth to what is fetched.</summary>
    private const int MinRatio = 8;

    /// <summary>Bytes of structures of one file that are held at a time, as read and as parsed.</summary>
    public const int HeldBytes = 2 * BloomFilter.MaxBytes;

    /// <summary>
    /// Reading costs a round trip: more than it can save where the row group is so small that it would be fetched as part of a gap.
    /// </summary>
    /// <param name="wantedBytes">What of a row group would be fetched.</param>
    /// <returns>The most bytes that structures which may spare that are worth.</returns>
    public long MaxIndexBytes(long wantedBytes) =>
        IsInMemory ? BloomFilter.MaxBytes : wantedBytes < Options.MaxGapBytes ? 0 : Math.Min(wantedBytes / MinRatio, BloomFilter.MaxBytes);
}
