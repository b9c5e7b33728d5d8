namespace BulkMover.TableFormats.Targets;

/// <summary>The deleted rows of a <see cref="WrittenFile"/>: a file of their own that is whole in the store.</summary>
/// <param name="Path">Below the table's directory, literal, <c>/</c> between segments.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Rows">How many there are; at least one.</param>
internal sealed record WrittenDeletes(string Path, long Bytes, long Rows)
{
    /// <summary>Length of the deletion vector that a Puffin file has; null for other files.</summary>
    public long? VectorBytes { get; init; }
}
