using Apache.Arrow;

namespace BulkMover.Core.Filters;

/// <summary>Applies a filter to the rows of a batch.</summary>
public static class RowFilter
{
    /// <summary>The rows for which the filter is true. The batch stays the caller's; so is the result to dispose.</summary>
    public static RowSelection Select(Filter filter, RecordBatch batch)
    {
        using SelectionBits bits = Evaluate(filter, negated: false, batch);
        return new RowSelection(bits);
    }

    /// <summary>
    /// The rows for which the filter is true, or false when <paramref name="negated"/>. NOT moves down to the leaves, as in
    /// <see cref="FilterPruning"/>; a leaf leaves null rows out either way.
    /// </summary>
    private static SelectionBits Evaluate(Filter filter, bool negated, RecordBatch batch) => filter switch
    {
        Filter.Not not => Evaluate(not.Operand, !negated, batch),
        Filter.And and => Join(and.Left, and.Right, intersect: !negated, negated, batch),
        Filter.Or or => Join(or.Left, or.Right, intersect: negated, negated, batch),
        Filter.IsNull leaf => ColumnFilter.SelectNulls(Column(batch, leaf.Column), negated),
        Filter.Comparison leaf => ColumnFilter.Select(Column(batch, leaf.Column), leaf, negated),
        Filter.In leaf => ColumnFilter.Select(Column(batch, leaf.Column), leaf, negated),
        Filter.StartsWith leaf => ColumnFilter.Select(Column(batch, leaf.Column), leaf, negated),
        _ => throw new InvalidOperationException($"Unknown filter {filter.GetType().Name}."),
    };

    private static SelectionBits Join(Filter left, Filter right, bool intersect, bool negated, RecordBatch batch)
    {
        SelectionBits bits = Evaluate(left, negated, batch);
        using SelectionBits others = Evaluate(right, negated, batch);
        if (intersect)
            bits.And(others);
        else
            bits.Or(others);
        return bits;
    }

    private static ArrayData Column(RecordBatch batch, string name)
    {
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            if (batch.Schema.FieldsList[i].Name == name)
                return batch.Column(i).Data;
        }

        throw new InvalidOperationException($"The batch lacks column '{name}' of the filter.");
    }
}
