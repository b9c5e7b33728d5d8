using Apache.Arrow;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Filters;

/// <summary>Goes through the tokens of a <c>--where</c>. What is called Take… moves on only when it finds what it takes.</summary>
internal sealed class FilterCursor(List<FilterToken> tokens, Schema table, FilterErrors errors)
{
    private static readonly string[] Reserved = ["AND", "OR", "NOT", "IN", "IS", "BETWEEN", "LIKE", "NULL"];

    private int index;

    public FilterToken Current => tokens[index];

    public FilterLiteral TakeLiteral() => TryTakeLiteral() ?? throw NotALiteral();

    public FilterLiteral? TryTakeLiteral()
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

    public Field TakeColumn()
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

    public ComparisonOperator? TakeComparison()
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

    public bool TakeKeyword(string keyword) => Advance(Current.IsKeyword(keyword));

    public bool TakeSymbol(string symbol) => Advance(Current.IsSymbol(symbol));

    /// <summary>A function's name with its opening parenthesis; a column may have that name.</summary>
    public bool TakeCall(string function)
    {
        bool isCall = Current.IsKeyword(function) && tokens[index + 1].IsSymbol("(");
        index += isCall ? 2 : 0;
        return isCall;
    }

    public void Expect(string symbol)
    {
        if (!TakeSymbol(symbol))
            throw Unexpected($"'{symbol}'");
    }

    public InvalidInputException Unexpected(string expected) => errors.At(Current.Position, "syntax",
        Current.Kind == FilterTokenKind.End ? $"it ends where {expected} should follow." : $"found '{Current.Text}' where {expected} should stand.");

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

    private bool Advance(bool matched)
    {
        if (matched)
            index++;
        return matched;
    }
}
