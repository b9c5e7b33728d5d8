using System.Text;

namespace BulkMover.Core.Filters;

/// <summary>Cuts a <c>--where</c> into tokens.</summary>
internal sealed class FilterTokenizer(string text, FilterErrors errors)
{
    private static readonly string[] Symbols = ["<=", ">=", "<>", "!=", "==", "=", "<", ">", "(", ")", ","];
    private int position;

    public List<FilterToken> ReadAll()
    {
        var tokens = new List<FilterToken>();
        do
        {
            while (position < text.Length && char.IsWhiteSpace(text[position]))
                position++;
            tokens.Add(ReadNext());
        }
        while (tokens[^1].Kind != FilterTokenKind.End);
        return tokens;
    }

    private FilterToken ReadNext()
    {
        int start = position;
        if (start == text.Length)
            return new FilterToken(FilterTokenKind.End, "", start);

        char first = text[start];
        if (first == '\'')
            return new FilterToken(FilterTokenKind.String, ReadQuoted(), start);
        if (first is '"' or '`')
            return new FilterToken(FilterTokenKind.QuotedName, ReadQuoted(), start);
        if (first is '0' && Peek(1) is 'x' or 'X')
            return ReadHexNumber();
        if (first is 'x' or 'X' && Peek(1) == '\'')
            return ReadHexString();
        if (char.IsAsciiDigit(first) || (first is '-' or '+' or '.' && (char.IsAsciiDigit(Peek(1)) || Peek(1) == '.')))
            return ReadNumber();
        if (IsWordCharacter(first))
            return new FilterToken(FilterTokenKind.Word, ReadWhile(IsWordCharacter), start);

        foreach (string symbol in Symbols)
        {
            if (text.AsSpan(start).StartsWith(symbol, StringComparison.Ordinal))
            {
                position += symbol.Length;
                return new FilterToken(FilterTokenKind.Symbol, symbol, start);
            }
        }

        throw errors.At(start, "syntax", $"'{first}' has no meaning here.");
    }

    /// <summary>Text up to the closing quote; a doubled quote stands for one.</summary>
    private string ReadQuoted()
    {
        int start = position;
        char quote = text[position++];
        var content = new StringBuilder();
        while (position < text.Length)
        {
            char c = text[position++];
            if (c != quote)
                content.Append(c);
            else if (Peek(0) == quote)
                content.Append(text[position++]);
            else
                return content.ToString();
        }

        throw errors.At(start, "syntax", $"the quote {quote} that opens here is never closed.");
    }

    private FilterToken ReadNumber()
    {
        int start = position++;
        ReadWhile(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
        if (text[position - 1] is 'e' or 'E' && Peek(0) is '-' or '+')
        {
            position++;
            ReadWhile(char.IsAsciiDigit);
        }

        return new FilterToken(FilterTokenKind.Number, text[start..position], start);
    }

    private FilterToken ReadHexNumber()
    {
        int start = position;
        position += 2;
        return Hex(ReadWhile(char.IsAsciiLetterOrDigit), start);
    }

    private FilterToken ReadHexString()
    {
        int start = position++;
        return Hex(ReadQuoted(), start);
    }

    private FilterToken Hex(string digits, int start) => digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
        ? new FilterToken(FilterTokenKind.Binary, digits, start)
        : throw errors.At(start, "literal", "binary is written as 0x… or x'…' with two hex digits a byte.");

    private string ReadWhile(Func<char, bool> belongs)
    {
        int start = position;
        while (position < text.Length && belongs(text[position]))
            position++;
        return text[start..position];
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '_' or '.' or '$' or '@';

    private char Peek(int ahead) => position + ahead < text.Length ? text[position + ahead] : '\0';
}
