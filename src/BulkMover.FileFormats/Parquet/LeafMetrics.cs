using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Parquet;

/// <summary>What the footer tells of a leaf column of a file, over all row groups.</summary>
/// <param name="Path">Names from the top: <c>point</c>, <c>x</c>; those of lists and maps are <c>list, element</c> and <c>key_value, key</c>, as Parquet has them.</param>
/// <param name="FieldId">The id in the file; null where it has none.</param>
/// <param name="Bytes">Of all its pages in the file.</param>
/// <param name="Values">Number of values, nulls included: more or less than the rows inside of lists.</param>
/// <param name="Nulls">Nulls among them; null when unknown.</param>
/// <param name="Lower">No value is below it; null when unknown, inside of lists and maps, and when all are null. May be cut short. Never NaN.</param>
/// <param name="Upper">No value is above it (but for NaN, which bounds leave out); null as <paramref name="Lower"/>. May be cut short and raised.</param>
public sealed record LeafMetrics(
    IReadOnlyList<string> Path, int? FieldId, long Bytes, long Values, long? Nulls, Scalar? Lower, Scalar? Upper)
{
    /// <summary>NaNs among the values; null when unknown, as it is of all files that others have written.</summary>
    public long? Nans { get; init; }
}
