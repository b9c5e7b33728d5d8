namespace BulkMover.Core.Filters;

internal enum FilterTokenKind
{
    /// <summary>A bare word: keyword or column.</summary>
    Word,

    /// <summary>A name in "…" or `…`: always a column.</summary>
    QuotedName,

    /// <summary>Text in '…', unquoted.</summary>
    String,

    /// <summary>A decimal number with its sign.</summary>
    Number,

    /// <summary>Hex digits of 0x… or x'…'.</summary>
    Binary,

    /// <summary>A comparison operator, parenthesis or comma.</summary>
    Symbol,

    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">Its content without quotes.</param>
/// <param name="Position">Index of its first character in the expression.</param>
internal readonly record struct FilterToken(FilterTokenKind Kind, string Text, int Position)
{
    public bool IsKeyword(string keyword) =>
        Kind == FilterTokenKind.Word && Text.Equals(keyword, StringComparison.OrdinalIgnoreCase);

    public bool IsSymbol(string symbol) => Kind == FilterTokenKind.Symbol && Text == symbol;
}
