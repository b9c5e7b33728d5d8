using Apache.Arrow;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>Leaves over boolean columns: the two answers are worked out once, the rows follow from the column's bits.</summary>
internal static class BooleanLeaf
{
    public static void Run(ArrayData data, Filter leaf, SelectionBits bits)
    {
        bool keepsTrue = Keeps(leaf, new Scalar(data.DataType, true)), keepsFalse = Keeps(leaf, new Scalar(data.DataType, false));
        if (keepsTrue != keepsFalse)
            bits.Read(data.Buffers[1].Span, data.Offset);
        if (keepsFalse)
            bits.Invert();
    }

    private static bool Keeps(Filter leaf, Scalar value) => leaf switch
    {
        Filter.In isIn => isIn.Literals.Any(literal => ScalarComparer.Compare(value, literal) == 0),
        Filter.Comparison comparison => Keeps(comparison.Operator, ScalarComparer.Compare(value, comparison.Literal)),
        _ => throw new InvalidOperationException($"{leaf.GetType().Name} does not apply to booleans."),
    };

    private static bool Keeps(ComparisonOperator op, int? order) => op switch
    {
        ComparisonOperator.Equal => order == 0,
        ComparisonOperator.NotEqual => order != 0,
        ComparisonOperator.Less => order < 0,
        ComparisonOperator.LessOrEqual => order <= 0,
        ComparisonOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
