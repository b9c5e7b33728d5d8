using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>
/// Reads <c>--where</c> and binds it to a table: comparisons, AND, OR, NOT, IN, BETWEEN, IS NULL, STARTS WITH and LIKE 'x%' between one
/// column and literals. A literal takes the column's type exactly (see <see cref="LiteralBinder"/>).
/// </summary>
/// <remarks>
/// Floats compare as in IEEE 754 and ClickHouse: NaN is neither equal to, less nor greater than anything, so only <c>&lt;&gt;</c> and a
/// negated comparison keep it.
/// </remarks>
public sealed class FilterParser
{
    /// <summary>Deeper nesting than any person writes; it keeps hostile text from exhausting the stack.</summary>
    private const int MaxDepth = 100;

    private readonly FilterErrors errors;
    private readonly LiteralBinder binder;
    private readonly FilterCursor cursor;
    private int depth;

    private FilterParser(string text, Schema table)
    {
        errors = new FilterErrors(text, table);
        binder = new LiteralBinder(errors);
        cursor = new FilterCursor(new FilterTokenizer(text, errors).ReadAll(), table, errors);
    }

    /// <summary>Parses <paramref name="text"/> for rows of <paramref name="table"/>.</summary>
    /// <exception cref="InvalidInputException">Codes <c>where.…</c>; the message marks the place and lists the columns.</exception>
    public static Filter Parse(string text, Schema table)
    {
        var parser = new FilterParser(text, table);
        Filter filter = parser.ParseOr();
        return parser.cursor.Current.Kind == FilterTokenKind.End ? filter : throw parser.cursor.Unexpected("AND, OR or the end");
    }

    private Filter ParseOr()
    {
        if (++depth > MaxDepth)
            throw errors.At(cursor.Current.Position, "too_deep", $"more than {MaxDepth} levels of parentheses.");

        List<Filter> operands = [ParseAnd()];
        while (cursor.TakeKeyword("OR"))
            operands.Add(ParseAnd());
        depth--;
        return Balanced(operands, 0, operands.Count, static (left, right) => new Filter.Or(left, right));
    }

    private Filter ParseAnd()
    {
        List<Filter> operands = [ParseNot()];
        while (cursor.TakeKeyword("AND"))
            operands.Add(ParseNot());
        return Balanced(operands, 0, operands.Count, static (left, right) => new Filter.And(left, right));
    }

    /// <summary>A chain of thousands of terms becomes a tree of logarithmic depth.</summary>
    private static Filter Balanced(List<Filter> operands, int start, int count, Func<Filter, Filter, Filter> join) => count == 1
        ? operands[start]
        : join(Balanced(operands, start, count / 2, join), Balanced(operands, start + count / 2, count - count / 2, join));

    private Filter ParseNot()
    {
        bool negated = false;
        while (cursor.TakeKeyword("NOT"))
            negated = !negated;
        Filter operand = ParsePredicate();
        return negated ? new Filter.Not(operand) : operand;
    }

    private Filter ParsePredicate()
    {
        if (cursor.TakeSymbol("("))
        {
            Filter inner = ParseOr();
            cursor.Expect(")");
            return inner;
        }

        if (cursor.TakeCall("starts_with"))
            return ParseStartsWithCall();
        if (cursor.TryTakeLiteral() is { } literal)
        {
            ComparisonOperator op = cursor.TakeComparison() ?? throw cursor.Unexpected("a comparison after the value");
            return binder.Compare(cursor.TakeColumn(), Mirrored(op), literal);
        }

        return ParseColumnPredicate(cursor.TakeColumn());
    }

    private Filter ParseColumnPredicate(Field column)
    {
        if (cursor.TakeComparison() is { } op)
            return binder.Compare(column, op, cursor.TakeLiteral());
        if (cursor.TakeKeyword("IS"))
        {
            bool isNot = cursor.TakeKeyword("NOT");
            if (!cursor.TakeKeyword("NULL"))
                throw cursor.Unexpected("NULL");
            return Negated(isNot, new Filter.IsNull(column.Name));
        }

        bool negated = cursor.TakeKeyword("NOT");
        if (cursor.TakeKeyword("IN"))
            return Negated(negated, binder.In(column, TakeList()));
        if (cursor.TakeKeyword("BETWEEN"))
            return Negated(negated, ParseBetween(column));
        if (cursor.TakeKeyword("LIKE"))
            return Negated(negated, ParseLike(column));
        if (cursor.TakeKeyword("STARTS"))
        {
            if (!cursor.TakeKeyword("WITH"))
                throw cursor.Unexpected("WITH");
            return Negated(negated, binder.StartsWith(column, cursor.TakeLiteral()));
        }

        if (!negated && column.DataType.TypeId == ArrowTypeId.Boolean)
            return new Filter.Comparison(column.Name, ComparisonOperator.Equal, new Scalar(column.DataType, true));
        throw cursor.Unexpected($"a comparison, IN, BETWEEN, LIKE, STARTS WITH or IS NULL after the column");
    }

    private Filter.And ParseBetween(Field column)
    {
        Filter low = binder.Compare(column, ComparisonOperator.GreaterOrEqual, cursor.TakeLiteral());
        if (!cursor.TakeKeyword("AND"))
            throw cursor.Unexpected("AND");
        return new Filter.And(low, binder.Compare(column, ComparisonOperator.LessOrEqual, cursor.TakeLiteral()));
    }

    private Filter ParseLike(Field column)
    {
        FilterLiteral pattern = cursor.TakeLiteral();
        string prefix = pattern.Text.EndsWith('%') ? pattern.Text[..^1] : "";
        if (pattern.Kind != FilterLiteralKind.String || !pattern.Text.EndsWith('%') || prefix.AsSpan().IndexOfAny("%_\\") >= 0)
        {
            throw errors.At(pattern.Position, "pattern",
                "of LIKE only 'prefix%' is known, without further %, _ or \\. Use = for equality, STARTS WITH for a prefix that holds such characters.");
        }

        return binder.StartsWith(column, pattern with { Text = prefix });
    }

    private Filter ParseStartsWithCall()
    {
        Field column = cursor.TakeColumn();
        cursor.Expect(",");
        FilterLiteral prefix = cursor.TakeLiteral();
        cursor.Expect(")");
        return binder.StartsWith(column, prefix);
    }

    private List<FilterLiteral> TakeList()
    {
        cursor.Expect("(");
        List<FilterLiteral> literals = [cursor.TakeLiteral()];
        while (cursor.TakeSymbol(","))
            literals.Add(cursor.TakeLiteral());
        cursor.Expect(")");
        return literals;
    }

    /// <summary><c>5 &lt; x</c> is <c>x &gt; 5</c>.</summary>
    private static ComparisonOperator Mirrored(ComparisonOperator op) => op switch
    {
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        _ => op,
    };

    private static Filter Negated(bool negated, Filter filter) => negated ? new Filter.Not(filter) : filter;
}
