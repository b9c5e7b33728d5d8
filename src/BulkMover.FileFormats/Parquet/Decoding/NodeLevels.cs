namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>What levels mean for a node of a column's Arrow type: a struct, list, map or leaf (parquet-format README, "Nested Encoding").</summary>
/// <param name="Depth">Lists and maps around it. It has a slot for each value whose repetition level is no higher, if there is an element around it.</param>
/// <param name="Defined">Definition level from which on it is there; below that it is null, or something around it is.</param>
/// <param name="IsNullable">It may be null in a slot of its own.</param>
/// <param name="IsList">A list or map: at the next definition level it has elements, below that it is empty.</param>
internal sealed record NodeLevels(int Depth, int Defined, bool IsNullable, bool IsList)
{
    /// <summary>A key that levels may say to be missing, though a map has none such.</summary>
    public bool IsOptionalKey { get; init; }
}
