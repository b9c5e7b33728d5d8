using System.Text;

namespace BulkMover.Core.Filters;

/// <summary>Cuts a <c>--where</c> into tokens.</summary>
internal sealed class FilterTokenizer(string text, FilterErrors errors)
{
    private static readonly string[] Symbols = ["<=", ">=", "<>", "!=", "==", "=", "<", ">", "(", ")", ","];
    private int _position;

    public List<FilterToken> ReadAll()
    {
        var tokens = new List<FilterToken>();
        do
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position]))
                _position++;
            tokens.Add(ReadNext());
        }
        while (tokens[^1].Kind != FilterTokenKind.End);
        return tokens;
    }

    private FilterToken ReadNext()
    {
        int start = _position;
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
                _position += symbol.Length;
                return new FilterToken(FilterTokenKind.Symbol, symbol, start);
            }
        }

        throw errors.At(start, "syntax", $"'{first}' has no meaning here.");
    }

    /// <summary>Text up to the closing quote; a doubled quote stands for one.</summary>
    private string ReadQuoted()
    {
        int start = _position;
        char quote = text[_position++];
        var content = new StringBuilder();
        while (_position < text.Length)
        {
            char c = text[_position++];
            if (c != quote)
                content.Append(c);
            else if (Peek(0) == quote)
                content.Append(text[_position++]);
            else
                return content.ToString();
        }

        throw errors.At(start, "syntax", $"the quote {quote} that opens here is never closed.");
    }

    private FilterToken ReadNumber()
    {
        int start = _position++;
        ReadWhile(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_');
        if (text[_position - 1] is 'e' or 'E' && Peek(0) is '-' or '+')
        {
            _position++;
            ReadWhile(char.IsAsciiDigit);
        }

        return new FilterToken(FilterTokenKind.Number, text[start.._position], start);
    }

    private FilterToken ReadHexNumber()
    {
        int start = _position;
        _position += 2;
        return Hex(ReadWhile(char.IsAsciiLetterOrDigit), start);
    }

    private FilterToken ReadHexString()
    {
        int start = _position++;
        return Hex(ReadQuoted(), start);
    }

    private FilterToken Hex(string digits, int start) => digits.Length % 2 == 0 && digits.All(char.IsAsciiHexDigit)
        ? new FilterToken(FilterTokenKind.Binary, digits, start)
        : throw errors.At(start, "literal", "binary is written as 0x… or x'…' with two hex digits a byte.");

    private string ReadWhile(Func<char, bool> belongs)
    {
        int start = _position;
        while (_position < text.Length && belongs(text[_position]))
            _position++;
        return text[start.._position];
    }

    private static bool IsWordCharacter(char c) => char.IsLetterOrDigit(c) || char.IsSurrogate(c) || c is '_' or '.' or '$' or '@';

    private char Peek(int ahead) => _position + ahead < text.Length ? text[_position + ahead] : '\0';
}
