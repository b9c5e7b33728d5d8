using System.Numerics;
using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>Leaves over fixed-width values that compare as numbers.</summary>
internal static class NumberLeaf
{
    public static void Run<T>(ArrayData data, Filter leaf, SelectionBits bits)
        where T : unmanaged, INumberBase<T>, IComparisonOperators<T, T, bool> =>
        Run(data, leaf, Literal<T>, bits);

    /// <summary>Sets the bits of the rows for which the leaf is true, whatever null rows hold.</summary>
    public static void Run<T>(ArrayData data, Filter leaf, Func<object, T> literal, SelectionBits bits)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        ReadOnlySpan<T> values = data.Values<T>();
        switch (leaf)
        {
            case Filter.In isIn:
                // A hash set would find NaN, which is not equal to itself.
                Loop(values, new IsIn<T>([.. isIn.Literals.Where(scalar => scalar.Value is not double.NaN).Select(scalar => literal(scalar.Value!))]), bits);
                break;
            case Filter.Comparison comparison:
                Compare(values, comparison.Operator, literal(comparison.Literal.Value!), bits);
                break;
            default:
                throw new InvalidOperationException($"{leaf.GetType().Name} does not apply to {data.DataType.Name}.");
        }
    }

    private static void Compare<T>(ReadOnlySpan<T> values, ComparisonOperator op, T literal, SelectionBits bits)
        where T : unmanaged, IComparisonOperators<T, T, bool>
    {
        switch (op)
        {
            case ComparisonOperator.Equal: Loop(values, new IsEqual<T>(literal), bits); break;
            case ComparisonOperator.NotEqual: Loop(values, new IsNotEqual<T>(literal), bits); break;
            case ComparisonOperator.Less: Loop(values, new IsLess<T>(literal), bits); break;
            case ComparisonOperator.LessOrEqual: Loop(values, new IsLessOrEqual<T>(literal), bits); break;
            case ComparisonOperator.Greater: Loop(values, new IsGreater<T>(literal), bits); break;
            default: Loop(values, new IsGreaterOrEqual<T>(literal), bits); break;
        }
    }

    private static void Loop<T, TPredicate>(ReadOnlySpan<T> values, TPredicate predicate, SelectionBits bits)
        where TPredicate : struct, IPredicate<T>
    {
        foreach (ref ulong word in bits.Words)
        {
            ReadOnlySpan<T> block = values[..Math.Min(64, values.Length)];
            ulong result = 0;
            for (int i = 0; i < block.Length; i++)
                result |= (predicate.Test(block[i]) ? 1UL : 0) << i;
            word = result;
            values = values[block.Length..];
        }
    }

    /// <summary>Of the form that <see cref="Scalar.Value"/> has; the parser leaves no literal outside the type's range.</summary>
    private static T Literal<T>(object value)
        where T : INumberBase<T> => value switch
        {
            long number => T.CreateChecked(number),
            ulong number => T.CreateChecked(number),
            double number => T.CreateChecked(number),
            BigInteger number => T.CreateChecked(number),
            _ => throw new InvalidOperationException($"A literal of type {value.GetType().Name} is no number."),
        };

    private readonly struct IsEqual<T>(T literal) : IPredicate<T>
        where T : IEqualityOperators<T, T, bool>
    {
        public bool Test(T value) => value == literal;
    }

    private readonly struct IsNotEqual<T>(T literal) : IPredicate<T>
        where T : IEqualityOperators<T, T, bool>
    {
        public bool Test(T value) => value != literal;
    }

    private readonly struct IsLess<T>(T literal) : IPredicate<T>
        where T : IComparisonOperators<T, T, bool>
    {
        public bool Test(T value) => value < literal;
    }

    private readonly struct IsLessOrEqual<T>(T literal) : IPredicate<T>
        where T : IComparisonOperators<T, T, bool>
    {
        public bool Test(T value) => value <= literal;
    }

    private readonly struct IsGreater<T>(T literal) : IPredicate<T>
        where T : IComparisonOperators<T, T, bool>
    {
        public bool Test(T value) => value > literal;
    }

    private readonly struct IsGreaterOrEqual<T>(T literal) : IPredicate<T>
        where T : IComparisonOperators<T, T, bool>
    {
        public bool Test(T value) => value >= literal;
    }

    private readonly struct IsIn<T>(HashSet<T> literals) : IPredicate<T>
    {
        public bool Test(T value) => literals.Contains(value);
    }
}
