using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>
/// What <c>--where</c> says, bound to the table's schema. Three-valued as in SQL: a comparison with null is unknown, and only rows
/// for which the whole is true are kept.
/// </summary>
public abstract record Filter
{
    private Filter()
    {
    }

    /// <summary>The top-level columns that the filter reads, in order of appearance, repeats included.</summary>
    public abstract IEnumerable<string> Columns();

    public sealed record And(Filter Left, Filter Right) : Filter
    {
        public override IEnumerable<string> Columns() => Left.Columns().Concat(Right.Columns());
    }

    public sealed record Or(Filter Left, Filter Right) : Filter
    {
        public override IEnumerable<string> Columns() => Left.Columns().Concat(Right.Columns());
    }

    public sealed record Not(Filter Operand) : Filter
    {
        public override IEnumerable<string> Columns() => Operand.Columns();
    }

    /// <param name="Column">Top-level column.</param>
    /// <param name="Operator">How the column is compared.</param>
    /// <param name="Literal">Of the column's type, never null.</param>
    public sealed record Comparison(string Column, ComparisonOperator Operator, Scalar Literal) : Filter
    {
        public override IEnumerable<string> Columns() => [Column];
    }

    /// <param name="Column">Top-level column.</param>
    /// <param name="Literals">Of the column's type, none null, at least one.</param>
    public sealed record In(string Column, IReadOnlyList<Scalar> Literals) : Filter
    {
        public override IEnumerable<string> Columns() => [Column];
    }

    public sealed record IsNull(string Column) : Filter
    {
        public override IEnumerable<string> Columns() => [Column];
    }

    /// <param name="Column">Top-level column of type string or binary.</param>
    /// <param name="Prefix">Bytes that a value starts with (UTF-8 for strings).</param>
    public sealed record StartsWith(string Column, byte[] Prefix) : Filter
    {
        public override IEnumerable<string> Columns() => [Column];
    }
}
