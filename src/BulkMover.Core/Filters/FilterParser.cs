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

    private static readonly string[] Reserved = ["AND", "OR", "NOT", "IN", "IS", "BETWEEN", "LIKE", "NULL"];

    private readonly Schema table;
    private readonly FilterErrors errors;
    private readonly LiteralBinder binder;
    private readonly List<FilterToken> tokens;
    private int index;
    private int depth;

    private FilterParser(string text, Schema table)
    {
        this.table = table;
        errors = new FilterErrors(text, table);
        binder = new LiteralBinder(errors);
        tokens = new FilterTokenizer(text, errors).ReadAll();
    }

    private FilterToken Current => tokens[index];

    /// <summary>Parses <paramref name="text"/> for rows of <paramref name="table"/>.</summary>
    /// <exception cref="InvalidInputException">Codes <c>where.…</c>; the message marks the place and lists the columns.</exception>
    public static Filter Parse(string text, Schema table)
    {
        var parser = new FilterParser(text, table);
        Filter filter = parser.ParseOr();
        return parser.Current.Kind == FilterTokenKind.End ? filter : throw parser.Unexpected("AND, OR or the end");
    }

    private Filter ParseOr()
    {
        if (++depth > MaxDepth)
            throw errors.At(Current.Position, "too_deep", $"more than {MaxDepth} levels of parentheses and NOT.");

        List<Filter> operands = [ParseAnd()];
        while (TakeKeyword("OR"))
            operands.Add(ParseAnd());
        depth--;
        return Balanced(operands, 0, operands.Count, static (left, right) => new Filter.Or(left, right));
    }

    private Filter ParseAnd()
    {
        List<Filter> operands = [ParseNot()];
        while (TakeKeyword("AND"))
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
        while (TakeKeyword("NOT"))
            negated = !negated;
        Filter operand = ParsePredicate();
        return negated ? new Filter.Not(operand) : operand;
    }

    private Filter ParsePredicate()
    {
        if (TakeSymbol("("))
        {
            Filter inner = ParseOr();
            Expect(")");
            return inner;
        }

        if (Current.IsKeyword("starts_with") && tokens[index + 1].IsSymbol("("))
            return ParseStartsWithCall();
        if (TryTakeLiteral() is { } literal)
        {
            ComparisonOperator op = TakeComparison() ?? throw Unexpected("a comparison after the value");
            return binder.Compare(TakeColumn(), Mirrored(op), literal);
        }

        return ParseColumnPredicate(TakeColumn());
    }

    private Filter ParseColumnPredicate(Field column)
    {
        if (TakeComparison() is { } op)
            return binder.Compare(column, op, TakeLiteral());
        if (TakeKeyword("IS"))
        {
            bool isNot = TakeKeyword("NOT");
            if (!TakeKeyword("NULL"))
                throw Unexpected("NULL");
            return Negated(isNot, new Filter.IsNull(column.Name));
        }

        bool negated = TakeKeyword("NOT");
        if (TakeKeyword("IN"))
            return Negated(negated, binder.In(column, TakeList()));
        if (TakeKeyword("BETWEEN"))
            return Negated(negated, ParseBetween(column));
        if (TakeKeyword("LIKE"))
            return Negated(negated, ParseLike(column));
        if (TakeKeyword("STARTS"))
        {
            if (!TakeKeyword("WITH"))
                throw Unexpected("WITH");
            return Negated(negated, binder.StartsWith(column, TakeLiteral()));
        }

        if (!negated && column.DataType.TypeId == ArrowTypeId.Boolean)
            return new Filter.Comparison(column.Name, ComparisonOperator.Equal, new Scalar(column.DataType, true));
        throw Unexpected($"a comparison, IN, BETWEEN, LIKE, STARTS WITH or IS NULL after the column");
    }

    private Filter.And ParseBetween(Field column)
    {
        Filter low = binder.Compare(column, ComparisonOperator.GreaterOrEqual, TakeLiteral());
        if (!TakeKeyword("AND"))
            throw Unexpected("AND");
        return new Filter.And(low, binder.Compare(column, ComparisonOperator.LessOrEqual, TakeLiteral()));
    }

    private Filter ParseLike(Field column)
    {
        FilterLiteral pattern = TakeLiteral();
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
        index += 2;
        Field column = TakeColumn();
        Expect(",");
        FilterLiteral prefix = TakeLiteral();
        Expect(")");
        return binder.StartsWith(column, prefix);
    }

    private List<FilterLiteral> TakeList()
    {
        Expect("(");
        List<FilterLiteral> literals = [TakeLiteral()];
        while (TakeSymbol(","))
            literals.Add(TakeLiteral());
        Expect(")");
        return literals;
    }

    private FilterLiteral TakeLiteral() => TryTakeLiteral() ?? throw NotALiteral();

    private InvalidInputException NotALiteral()
    {
        if (Current.IsKeyword("NULL"))
            return errors.At(Current.Position, "null", "nothing compares with NULL. Write IS NULL or IS NOT NULL.");
        bool isColumn = table.FieldsList.Any(field => field.Name == Current.Text)
            && Current.Kind is FilterTokenKind.Word or FilterTokenKind.QuotedName;
        return isColumn
            ? errors.At(Current.Position, "two_columns", "a column is compared with a value, not with another column; text is written in '…'.")
            : Unexpected("a value: a number, '…', TRUE, FALSE, DATE '…', TIME '…', TIMESTAMP '…' or 0x…");
    }

    private FilterLiteral? TryTakeLiteral()
    {
        FilterToken token = Current;
        FilterLiteralKind? kind = token.Kind switch
        {
            FilterTokenKind.Number => FilterLiteralKind.Number,
            FilterTokenKind.String => FilterLiteralKind.String,
            FilterTokenKind.Binary => FilterLiteralKind.Binary,
            FilterTokenKind.Word when token.IsKeyword("TRUE") || token.IsKeyword("FALSE") => FilterLiteralKind.Boolean,
            _ => null,
        };
        if (kind is null && token.Kind == FilterTokenKind.Word && tokens[index + 1].Kind == FilterTokenKind.String
            && Enum.TryParse(token.Text, ignoreCase: true, out FilterLiteralKind typed)
            && typed is FilterLiteralKind.Date or FilterLiteralKind.Time or FilterLiteralKind.Timestamp)
        {
            kind = typed;
            index++;
        }

        return kind is { } found ? new FilterLiteral(found, tokens[index++].Text, token.Position) : null;
    }

    private Field TakeColumn()
    {
        FilterToken token = Current;
        bool isName = token.Kind == FilterTokenKind.QuotedName
            || (token.Kind == FilterTokenKind.Word && !Reserved.Any(token.IsKeyword));
        if (!isName)
            throw Unexpected("a column");
        index++;
        return table.FieldsList.FirstOrDefault(field => field.Name == token.Text)
            ?? throw errors.At(token.Position, "column_unknown", $"there is no column '{token.Text}'.");
    }

    private ComparisonOperator? TakeComparison()
    {
        ComparisonOperator? op = Current.Kind != FilterTokenKind.Symbol ? null : Current.Text switch
        {
            "=" or "==" => ComparisonOperator.Equal,
            "<>" or "!=" => ComparisonOperator.NotEqual,
            "<" => ComparisonOperator.Less,
            "<=" => ComparisonOperator.LessOrEqual,
            ">" => ComparisonOperator.Greater,
            ">=" => ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        if (op is not null)
            index++;
        return op;
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

    private bool TakeKeyword(string keyword) => Advance(Current.IsKeyword(keyword));

    private bool TakeSymbol(string symbol) => Advance(Current.IsSymbol(symbol));

    private void Expect(string symbol)
    {
        if (!TakeSymbol(symbol))
            throw Unexpected($"'{symbol}'");
    }

    private bool Advance(bool matched)
    {
        if (matched)
            index++;
        return matched;
    }

    private InvalidInputException Unexpected(string expected) => errors.At(Current.Position, "syntax",
        Current.Kind == FilterTokenKind.End ? $"it ends where {expected} should follow." : $"found '{Current.Text}' where {expected} should stand.");
}
