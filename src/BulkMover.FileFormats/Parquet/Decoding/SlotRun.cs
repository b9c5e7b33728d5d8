namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Slots of a leaf's array that follow one another and whose values are in one page. Of a flat column each row has a slot.</summary>
internal readonly ref struct SlotRun(int first, int count, int valid, ReadOnlySpan<byte> validity)
{
    /// <summary>Number of the first one in the array.</summary>
    public int First { get; } = first;

    public int Count { get; } = count;

    /// <summary>How many have a value.</summary>
    public int Valid { get; } = valid;

    /// <summary>Bits of the array's slots, set for those that have a value; empty where every slot has one.</summary>
    public ReadOnlySpan<byte> Validity { get; } = validity;
}
