using System.Numerics;
using BulkMover.Core.Filters;

namespace BulkMover.Testing.Filters;

/// <summary>SQL's three-valued logic, row by row, as the standard has it: null is unknown.</summary>
public static class NaiveFilter
{
    public static bool? Evaluate(Filter filter, Func<string, object?> row) => filter switch
    {
        Filter.And f => And(Evaluate(f.Left, row), Evaluate(f.Right, row)),
        Filter.Or f => !And(!Evaluate(f.Left, row), !Evaluate(f.Right, row)),
        Filter.Not f => !Evaluate(f.Operand, row),
        Filter.IsNull f => row(f.Column) is null,
        Filter.Comparison f => row(f.Column) is { } value ? Compare(value, f.Operator, f.Literal.Value!) : null,
        Filter.In f => row(f.Column) is { } value
            ? f.Literals.Any(literal => Compare(value, ComparisonOperator.Equal, literal.Value!))
            : null,
        Filter.StartsWith f => row(f.Column) is { } value ? ((byte[])value).Take(f.Prefix.Length).SequenceEqual(f.Prefix) : null,
        _ => throw new NotSupportedException(),
    };

    private static bool? And(bool? left, bool? right) =>
        left == false || right == false ? false : left is null || right is null ? null : true;

    private static bool Compare(object value, ComparisonOperator op, object literal)
    {
        if (value is double number)
        {
            double other = (double)literal;
            return op switch
            {
                ComparisonOperator.Equal => number == other,
                ComparisonOperator.NotEqual => number != other,
                ComparisonOperator.Less => number < other,
                ComparisonOperator.LessOrEqual => number <= other,
                ComparisonOperator.Greater => number > other,
                _ => number >= other,
            };
        }

        int order = value switch
        {
            byte[] bytes => string.CompareOrdinal(Latin(bytes), Latin((byte[])literal)),
            bool flag => flag.CompareTo((bool)literal),
            _ => Integer(value).CompareTo(Integer(literal)),
        };
        return op switch
        {
            ComparisonOperator.Equal => order == 0,
            ComparisonOperator.NotEqual => order != 0,
            ComparisonOperator.Less => order < 0,
            ComparisonOperator.LessOrEqual => order <= 0,
            ComparisonOperator.Greater => order > 0,
            _ => order >= 0,
        };
    }

    /// <summary>A character for each byte, so that ordinal order is the order of unsigned bytes.</summary>
    private static string Latin(byte[] bytes) => new([.. bytes.Select(b => (char)b)]);

    private static BigInteger Integer(object value) => value switch
    {
        long number => number,
        ulong number => number,
        BigInteger number => number,
        _ => throw new NotSupportedException(),
    };
}
