using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>What metadata says about one column's values in a file, row group or partition. A missing part rules nothing out.</summary>
/// <param name="Min">No value is below it (it may be truncated: a lower bound, not a value); null when unknown.</param>
/// <param name="Max">No value is above it; null when unknown.</param>
/// <param name="NullCount">Number of nulls; null when unknown.</param>
/// <param name="Rows">Number of rows, nulls included; null when unknown.</param>
public sealed record ColumnStatistics(Scalar? Min, Scalar? Max, long? NullCount, long? Rows)
{
    /// <summary>False only when no row has the value, as a bloom filter tells; null when there is none to ask.</summary>
    public Func<Scalar, bool>? MightHold { get; init; }

    /// <summary>A column that has this one value in every row, such as a partition column.</summary>
    public static ColumnStatistics OfConstant(Scalar value, long? rows) =>
        value.IsNull ? new ColumnStatistics(null, null, rows ?? 1, rows ?? 1) : new ColumnStatistics(value, value, 0, rows);
}
