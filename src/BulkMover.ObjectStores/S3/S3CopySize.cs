namespace BulkMover.ObjectStores.S3;

/// <summary>How the store is asked to copy.</summary>
/// <param name="WholeBytes">No more than that with one request.</param>
/// <param name="PartBytes">Else so many with each.</param>
internal sealed record S3CopySize(long WholeBytes, long PartBytes)
{
    private const long GiB = 1L << 30;

    /// <summary>Amazon's limit of one request (S3 API, "CopyObject"); a part is small enough that several go at the same time.</summary>
    public static S3CopySize Usual { get; } = new(5 * GiB, GiB / 2);
}
