using System.Text;
using BulkMover.Core.Errors;

namespace BulkMover.Cli.Arguments;

/// <summary>The list of <c>--columns</c>: <c>a,b</c>; a name with a comma or quote stands in double quotes: <c>a,"b,c"</c>.</summary>
public static class ColumnList
{
    /// <exception cref="InvalidInputException">A name is empty or a quote is not closed.</exception>
    public static IReadOnlyList<string> Parse(string text)
    {
        var columns = new List<string>();
        int position = 0;
        do
            columns.Add(ReadName(text, ref position));
        while (position++ < text.Length);
        return columns;
    }

    private static string ReadName(string text, ref int position)
    {
        while (position < text.Length && text[position] == ' ')
            position++;
        bool quoted = position < text.Length && text[position] == '"';
        string name = quoted ? ReadQuoted("--columns", text, ref position) : ReadBare(text, ref position);
        if (name.Length == 0 && !quoted)
            throw new InvalidInputException("option.columns_invalid", $"--columns '{text}' has an empty name. Write --columns a,b.");
        if (position < text.Length && text[position] != ',')
            throw new InvalidInputException("option.columns_invalid", $"--columns '{text}': expected a comma after the quoted name \"{name}\".");
        return name;
    }

    private static string ReadBare(string text, ref int position)
    {
        int comma = text.IndexOf(',', position);
        int end = comma < 0 ? text.Length : comma;
        string name = text[position..end].Trim();
        position = end;
        return name;
    }

    /// <summary>A name in double quotes, one in it twice.</summary>
    /// <param name="option">For the message.</param>
    /// <param name="text">The list.</param>
    /// <param name="position">Of the quote that opens; afterwards behind the one that closes.</param>
    /// <exception cref="InvalidInputException">The quote is not closed.</exception>
    internal static string ReadQuoted(string option, string text, ref int position)
    {
        var name = new StringBuilder();
        for (position++; position < text.Length; position++)
        {
            if (text[position] != '"')
            {
                name.Append(text[position]);
                continue;
            }

            position++;
            if (position >= text.Length || text[position] != '"')
                return name.ToString();
            name.Append('"');
        }

        throw new InvalidInputException("option.columns_invalid", $"{option} '{text}' opens a quote and does not close it.");
    }
}
