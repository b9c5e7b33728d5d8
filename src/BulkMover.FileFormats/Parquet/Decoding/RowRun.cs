namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Rows of a batch that follow one another in a page.</summary>
internal readonly ref struct RowRun(int first, int count, int valid, ReadOnlySpan<byte> validity)
{
    /// <summary>Number of the first one in the batch.</summary>
    public int First { get; } = first;

    public int Count { get; } = count;

    /// <summary>How many have a value.</summary>
    public int Valid { get; } = valid;

    /// <summary>Bits of the batch's rows, of which these are set; empty where every row of the column has a value.</summary>
    public ReadOnlySpan<byte> Validity { get; } = validity;
}
