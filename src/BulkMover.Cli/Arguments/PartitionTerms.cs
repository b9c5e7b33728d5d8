using System.Text;
using BulkMover.Core.Errors;

namespace BulkMover.Cli.Arguments;

/// <summary>Reads <c>country, day(time), bucket(16, id)</c>, names in it as those of <see cref="ColumnList"/>: <c>"a,b", day("odd name")</c>.</summary>
public static class PartitionTerms
{
    /// <summary>The terms, without quotes: a comma inside of brackets is part of one.</summary>
    /// <exception cref="InvalidInputException">A quote is not closed, or something follows a quoted name.</exception>
    public static IReadOnlyList<string> Split(string text)
    {
        if (text.AsSpan().Trim().IsEmpty)
            return [];
        var terms = new List<string>();
        int position = 0;
        do
            terms.Add(ReadTerm(text, ref position));
        while (position++ < text.Length);
        return terms;
    }

    private static string ReadTerm(string text, ref int position)
    {
        var term = new StringBuilder();
        // Blanks around a term are not part of it, but those of a quoted name.
        (int depth, int quoted, bool begins) = (0, 0, true);
        while (position < text.Length && (text[position] != ',' || depth > 0))
        {
            char next = text[position];
            if (next == '"' && begins)
            {
                term.Append(ColumnList.ReadQuoted("--partition-by", text, ref position));
                (quoted, begins) = (term.Length, false);
                ThrowUnlessEnded(text, position);
                continue;
            }

            depth += next switch { '(' => 1, ')' => -1, _ => 0 };
            begins = next is '(' or ',' || (begins && char.IsWhiteSpace(next));
            if (!char.IsWhiteSpace(next) || depth > 0 || term.Length > 0)
                term.Append(next);
            position++;
        }

        while (term.Length > quoted && char.IsWhiteSpace(term[^1]))
            term.Length--;
        return term.ToString();
    }

    private static void ThrowUnlessEnded(string text, int position)
    {
        ReadOnlySpan<char> rest = text.AsSpan(position).TrimStart();
        if (rest is [not (',' or ')'), ..])
            throw new InvalidInputException("option.columns_invalid", $"--partition-by '{text}': expected a comma or a bracket after the quoted name that ends at place {position}.");
    }
}
