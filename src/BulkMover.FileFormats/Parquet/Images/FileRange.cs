namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>Bytes of the file that one image holds in one piece.</summary>
/// <param name="Offset">In the file.</param>
/// <param name="Length">In bytes.</param>
/// <param name="ImageOffset">In the image.</param>
internal sealed record FileRange(long Offset, long Length, long ImageOffset)
{
    public long End => Offset + Length;
}
