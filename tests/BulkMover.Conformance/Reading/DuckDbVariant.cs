using System.Text;
using System.Text.RegularExpressions;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Reading;

/// <summary>
/// What DuckDB shows of a variant, <c>{'a': NULL, 'b': [1, 2024-11-07]}</c>, to JSON. Text outside of quotes is a number, a date, a time, a
/// UUID or bytes, or a text as other engines show it alone.
/// </summary>
internal sealed partial class DuckDbVariant
{
    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture;

    private readonly string text;
    private readonly StringBuilder json = new();
    private int at;

    private DuckDbVariant(string text) => this.text = text;

    public static string ToJson(string text)
    {
        var variant = new DuckDbVariant(text);
        variant.Value(ends: "");
        return variant.at == text.Length ? variant.json.ToString() : throw new FormatException($"'{text}' goes on at {variant.at}.");
    }

    private void Value(string ends)
    {
        switch (at < text.Length ? text[at] : '\0')
        {
            case '{':
                Items('{', '}', () =>
                {
                    CanonJson.WriteString(text[at] == '\'' ? Quoted() : Bare(":"), json);
                    at = text.IndexOf(": ", at, StringComparison.Ordinal) + 2;
                    json.Append(':');
                    Value(",}");
                });
                break;
            case '[':
                Items('[', ']', () => Value(",]"));
                break;
            case '\'':
                CanonJson.WriteString(Quoted(), json);
                break;
            default:
                json.Append(Plain(Bare(ends)));
                break;
        }
    }

    private void Items(char opening, char closing, Action item)
    {
        at++;
        json.Append(opening);
        for (bool isFirst = true; text[at] != closing; isFirst = false)
        {
            if (!isFirst)
            {
                at += ", ".Length;
                json.Append(',');
            }

            item();
        }

        at++;
        json.Append(closing);
    }

    private string Quoted()
    {
        var quoted = new StringBuilder();
        for (at++; text[at] != '\''; at++)
        {
            if (text[at] == '\\')
                at++;
            quoted.Append(text[at]);
        }

        at++;
        return quoted.ToString();
    }

    private string Bare(string ends)
    {
        int end = ends.Length == 0 ? -1 : text.IndexOfAny(ends.ToCharArray(), at);
        string bare = end < 0 ? text[at..] : text[at..end];
        at += bare.Length;
        return bare;
    }

    private static string Plain(string bare)
    {
        if (bare is "true" or "false")
            return bare;
        if (bare == "NULL")
            return "null";
        if (Number().IsMatch(bare))
            return CanonJson.Number(bare);

        var line = new StringBuilder();
        CanonJson.WriteString(Bytes().IsMatch(bare) ? Base64(bare) : Instant().Replace(Timestamp().Replace(bare, "${date}T${time}"), "${local}Z"), line);
        return line.ToString();
    }

    private static string Base64(string hex) =>
        Convert.ToBase64String(Convert.FromHexString(hex.Replace("\\x", "", StringComparison.Ordinal).Replace("0x", "", StringComparison.Ordinal)));

    [GeneratedRegex(@"^-?\d+(\.\d+)?([eE][+-]?\d+)?$", Options)]
    private static partial Regex Number();

    [GeneratedRegex(@"^(0x([0-9a-fA-F]{2})*|(\\x[0-9A-F]{2})+)$", Options)]
    private static partial Regex Bytes();

    [GeneratedRegex(@"^(?<date>\d{4}-\d\d-\d\d) (?<time>\d\d:\d\d:\d\d\.\d{6,9})", Options)]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"^(?<local>\d{4}-\d\d-\d\dT.*)\+00$", Options)]
    private static partial Regex Instant();
}
