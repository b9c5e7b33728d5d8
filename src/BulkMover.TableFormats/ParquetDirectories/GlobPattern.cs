using System.Text;
using System.Text.RegularExpressions;
using BulkMover.Core.Errors;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>
/// <c>*</c> and <c>?</c> within a name, <c>**</c> across directories, <c>[a-z]</c> and <c>[!a-z]</c>, <c>{one,other}</c>. A directory that matches
/// stands for everything in it.
/// </summary>
internal sealed class GlobPattern
{
    private static readonly System.Buffers.SearchValues<char> Special = System.Buffers.SearchValues.Create("*?[{");

    private readonly Regex self;
    private readonly Regex below;

    /// <param name="pattern">Relative to the directory that is listed, <c>/</c> between names.</param>
    /// <exception cref="InvalidInputException">A bracket or brace is not closed.</exception>
    public GlobPattern(string pattern)
    {
        string regex = Translate(pattern);
        try
        {
            const RegexOptions options = RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.CultureInvariant;
            self = new Regex($@"\A{regex}\z", options);
            below = new Regex($@"\A{regex}/", options);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw Invalid(pattern, error);
        }
    }

    /// <summary>Where the first special character is; -1 when there is none.</summary>
    public static int FirstSpecial(string path) => path.AsSpan().IndexOfAny(Special);

    public bool Matches(string path) => self.IsMatch(path);

    public bool MatchesDirectoryOf(string path) => below.IsMatch(path);

    private static string Translate(string pattern)
    {
        var regex = new StringBuilder();
        int braces = 0;
        for (int i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when pattern.AsSpan(i).StartsWith("**/"):
                    regex.Append("(?:[^/]+/)*");
                    i += 2;
                    break;
                case '*' when pattern.AsSpan(i).StartsWith("**"):
                    regex.Append(".*");
                    i++;
                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[':
                    i = TranslateClass(pattern, i, regex);
                    break;
                case '{':
                    braces++;
                    regex.Append("(?:");
                    break;
                case ',' when braces > 0:
                    regex.Append('|');
                    break;
                case '}' when braces > 0:
                    braces--;
                    regex.Append(')');
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return braces == 0 ? regex.ToString() : throw Invalid(pattern, null);
    }

    /// <returns>The index of the closing bracket.</returns>
    private static int TranslateClass(string pattern, int open, StringBuilder regex)
    {
        int first = open + 1;
        bool negated = first < pattern.Length && pattern[first] is '!' or '^';
        if (negated)
            first++;
        // A bracket right at the start is a member, as in every shell.
        int close = first + 1 < pattern.Length ? pattern.IndexOf(']', first + 1) : -1;
        if (close < 0)
            throw Invalid(pattern, null);

        regex.Append(negated ? "[^/" : "[");
        foreach (char member in pattern.AsSpan(first, close - first))
            regex.Append(member is '\\' or '[' or ']' or '^' ? $@"\{member}" : member);
        regex.Append(']');
        return close;
    }

    private static InvalidInputException Invalid(string pattern, Exception? error) =>
        new("parquet.glob_invalid", $"'{pattern}' is no glob pattern. Close each bracket and brace; ranges run upwards, as in [0-9].", error);
}
