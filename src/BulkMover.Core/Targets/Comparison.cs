namespace BulkMover.Core.Targets;

/// <summary>What comparing a snapshot with a target's rows has shown.</summary>
/// <param name="Columns">Names of the columns that were compared, in the digests' order.</param>
/// <param name="Source">All rows of the source.</param>
/// <param name="Target">All rows of the target.</param>
/// <param name="Differences">Where they differ, as narrow as can be told; empty when they are equal.</param>
public sealed record Comparison(IReadOnlyList<string> Columns, Digest Source, Digest Target, IReadOnlyList<Difference> Differences)
{
    /// <summary>Rows that differ, where they were asked for.</summary>
    public IReadOnlyList<RowDifference> Rows { get; init; } = [];

    /// <summary>Data files that such rows are in, of either side, where rows were looked for; those with most of them first.</summary>
    public IReadOnlyList<FileDifference> Files { get; init; } = [];

    public bool IsEqual => Differences.Count == 0;
}

/// <summary>A part of the rows that differs.</summary>
/// <param name="Place">Which part, for people: <c>chunks 3 to 5</c>, <c>partition 202401</c>, <c>the table</c>.</param>
/// <param name="Chunks">Numbers of the chunks that its source's rows came in; empty where that is not known.</param>
/// <param name="Tasks">What tells the scan tasks of those chunks.</param>
/// <param name="Source">What the source has there.</param>
/// <param name="Target">What the target has there.</param>
public sealed record Difference(string Place, IReadOnlyList<long> Chunks, IReadOnlyList<ReadOnlyMemory<byte>> Tasks, Digest Source, Digest Target)
{
    /// <summary>The data files of those scan tasks, as far as they were looked up.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
