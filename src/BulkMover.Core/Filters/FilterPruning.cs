using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>Rules files, row groups and partitions out by what metadata says about their columns.</summary>
public static class FilterPruning
{
    /// <summary>
    /// False only when no row can be kept. A column for which <paramref name="statistics"/> gives null, a missing bound and a bound of
    /// another type rule nothing out.
    /// </summary>
    public static bool MightMatch(Filter filter, Func<string, ColumnStatistics?> statistics) =>
        MightBe(filter, negated: false, statistics);

    /// <summary>
    /// Whether some row may make the filter true, or false when <paramref name="negated"/>. NOT moves down to the leaves (De Morgan holds
    /// in three-valued logic too), so that unknown never has to be told from false.
    /// </summary>
    private static bool MightBe(Filter filter, bool negated, Func<string, ColumnStatistics?> statistics) => filter switch
    {
        Filter.Not not => MightBe(not.Operand, !negated, statistics),
        Filter.And and => negated
            ? MightBe(and.Left, negated, statistics) || MightBe(and.Right, negated, statistics)
            : MightBe(and.Left, negated, statistics) && MightBe(and.Right, negated, statistics),
        Filter.Or or => negated
            ? MightBe(or.Left, negated, statistics) && MightBe(or.Right, negated, statistics)
            : MightBe(or.Left, negated, statistics) || MightBe(or.Right, negated, statistics),
        Filter.IsNull leaf => MightBeNull(statistics(leaf.Column), negated),
        Filter.Comparison leaf => MightCompare(statistics(leaf.Column), leaf.Operator, leaf.Literal, negated),
        Filter.In leaf => MightBeIn(statistics(leaf.Column), leaf.Literals, negated),
        Filter.StartsWith leaf => MightStartWith(statistics(leaf.Column), leaf.Prefix, negated),
        _ => throw new InvalidOperationException($"Unknown filter {filter.GetType().Name}."),
    };

    private static bool MightBeNull(ColumnStatistics? column, bool negated) =>
        negated ? !IsAllNull(column) : column?.NullCount is not 0;

    private static bool MightCompare(ColumnStatistics? column, ComparisonOperator op, Scalar literal, bool negated)
    {
        if (IsAllNull(column))
            return false;
        if (column is null)
            return true;

        bool mayHoldNaN = literal.Value is double;
        if (negated)
        {
            // NaN fails every comparison but <>, so it passes the negation of all others; bounds do not show it.
            if (mayHoldNaN && op != ComparisonOperator.NotEqual)
                return true;
            op = Opposite(op);
        }

        int? min = column.Min is null ? null : ScalarComparer.Compare(column.Min, literal);
        int? max = column.Max is null ? null : ScalarComparer.Compare(column.Max, literal);
        return op switch
        {
            ComparisonOperator.Equal => !(min > 0 || max < 0) && column.MightHold?.Invoke(literal) != false,
            ComparisonOperator.NotEqual => mayHoldNaN || !(min == 0 && max == 0),
            ComparisonOperator.Less => !(min >= 0),
            ComparisonOperator.LessOrEqual => !(min > 0),
            ComparisonOperator.Greater => !(max <= 0),
            _ => !(max < 0),
        };
    }

    private static bool MightBeIn(ColumnStatistics? column, IReadOnlyList<Scalar> literals, bool negated) => negated
        ? literals.All(literal => MightCompare(column, ComparisonOperator.Equal, literal, negated))
        : literals.Any(literal => MightCompare(column, ComparisonOperator.Equal, literal, negated));

    private static bool MightStartWith(ColumnStatistics? column, byte[] prefix, bool negated)
    {
        if (IsAllNull(column))
            return false;
        byte[]? min = column?.Min?.Value as byte[], max = column?.Max?.Value as byte[];
        if (negated)
        {
            // Bounds that both start with the prefix hold every value between them to it, truncated or not.
            return min is null || max is null || !min.AsSpan().StartsWith(prefix) || !max.AsSpan().StartsWith(prefix);
        }

        bool allBelow = max is not null && max.AsSpan().SequenceCompareTo(prefix) < 0;
        bool allAbove = min is not null && min.AsSpan().SequenceCompareTo(prefix) > 0 && !min.AsSpan().StartsWith(prefix);
        return !allBelow && !allAbove;
    }

    private static bool IsAllNull(ColumnStatistics? column) =>
        column is { NullCount: { } nulls, Rows: { } rows } && nulls >= rows;

    private static ComparisonOperator Opposite(ComparisonOperator op) => op switch
    {
        ComparisonOperator.Equal => ComparisonOperator.NotEqual,
        ComparisonOperator.NotEqual => ComparisonOperator.Equal,
        ComparisonOperator.Less => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.LessOrEqual => ComparisonOperator.Greater,
        ComparisonOperator.Greater => ComparisonOperator.LessOrEqual,
        _ => ComparisonOperator.Less,
    };
}
