namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>What a checkpoint holds in <c>stats_parsed</c>.</summary>
/// <param name="Rows">Rows of the file.</param>
/// <param name="Columns">By physical name; a column that is not here has nulls.</param>
/// <param name="IsTight">False when rows were deleted.</param>
public sealed record CheckpointStatistics(long Rows, IReadOnlyDictionary<string, (object? Min, object? Max, long Nulls)> Columns, bool? IsTight = null)
{
    /// <summary>Of a column <c>id</c>.</summary>
    public static CheckpointStatistics OfId(long rows, long min, long max) =>
        new(rows, new Dictionary<string, (object? Min, object? Max, long Nulls)> { ["id"] = (min, max, 0) });
}
