namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>Which bytes of a file are fetched, neighbours together, and where each lands in the image.</summary>
internal sealed class RangePlan
{
    /// <summary>The image begins with the bytes of the magic, so that no chunk lies at 0, which would mean "none".</summary>
    private const int HeadBytes = 4;

    private readonly FileRange[] ranges;

    private RangePlan(FileRange[] ranges) => this.ranges = ranges;

    public IReadOnlyList<FileRange> Ranges => ranges;

    /// <summary>Where the image's data end.</summary>
    public long End => ranges.Length == 0 ? HeadBytes : ranges[^1].ImageOffset + ranges[^1].Length;

    /// <summary>The file as it is.</summary>
    public static RangePlan Whole(long bytes) => new([new FileRange(0, bytes, 0)]);

    /// <param name="wanted">Offset and length of what is needed, in any order, overlaps allowed.</param>
    /// <param name="maxGapBytes">Wanted ranges closer than this are fetched as one.</param>
    public static RangePlan Of(IEnumerable<(long Offset, long Length)> wanted, long maxGapBytes)
    {
        var merged = new List<FileRange>();
        long imageOffset = HeadBytes;
        foreach ((long offset, long length) in wanted.Where(range => range.Length > 0).OrderBy(range => range.Offset))
        {
            if (merged.Count > 0 && offset <= merged[^1].End + maxGapBytes)
            {
                FileRange last = merged[^1];
                long added = Math.Max(0, offset + length - last.End);
                merged[^1] = last with { Length = last.Length + added };
                imageOffset += added;
            }
            else
            {
                merged.Add(new FileRange(offset, length, imageOffset));
                imageOffset += length;
            }
        }

        return new RangePlan([.. merged]);
    }

    /// <summary>Where a byte of the file lies in the image; it must be one of those wanted.</summary>
    public long ImageOffset(long fileOffset)
    {
        int low = 0, high = ranges.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (ranges[middle].Offset <= fileOffset)
                low = middle;
            else
                high = middle - 1;
        }

        return ranges[low].ImageOffset + (fileOffset - ranges[low].Offset);
    }
}
