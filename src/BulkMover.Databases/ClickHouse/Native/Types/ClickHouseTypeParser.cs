using System.Text;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Native.Types;

/// <summary>Reads types as <c>system.columns</c> writes them.</summary>
public sealed class ClickHouseTypeParser
{
    private const int MaxDepth = 128;

    private readonly string text;
    private int position;

    private ClickHouseTypeParser(string text) => this.text = text;

    private char Next => position < text.Length ? text[position] : '\0';

    /// <exception cref="TargetException">It is not a type, or one whose arguments are written in a way that is not known here.</exception>
    public static ClickHouseType Parse(string text)
    {
        var parser = new ClickHouseTypeParser(text);
        ClickHouseType type = parser.ReadType(parser.ReadWord(), 0);
        return parser.Next == '\0' && parser.position == text.Length ? type : throw parser.Unknown();
    }

    private ClickHouseType ReadType(string name, int depth)
    {
        if (depth > MaxDepth)
            throw Unknown();
        var arguments = new List<ClickHouseTypeArgument>();
        if (!TryTake('('))
            return new ClickHouseType(name, arguments);
        if (TryTake(')'))
            return new ClickHouseType(name, arguments);
        do
        {
            arguments.Add(ReadArgument(depth + 1));
        }
        while (TryTake(','));
        return TryTake(')') ? new ClickHouseType(name, arguments) : throw Unknown();
    }

    private ClickHouseTypeArgument ReadArgument(int depth)
    {
        if (Next is '\'' or '-' || char.IsAsciiDigit(Next))
            return new ClickHouseTypeArgument(null, null, ReadLiteral());

        bool quoted = Next == '`';
        string word = quoted ? ReadQuotedName() : ReadWord();
        if (quoted || char.IsAsciiLetter(Next))
            return new ClickHouseTypeArgument(word, ReadType(ReadWord(), depth), null);
        return new ClickHouseTypeArgument(null, ReadType(word, depth), null);
    }

    private string ReadWord()
    {
        int start = position;
        while (char.IsAsciiLetterOrDigit(Next) || Next == '_')
            position++;
        if (start == position)
            throw Unknown();
        string word = text[start..position];
        SkipSpace();
        return word;
    }

    private string ReadQuotedName()
    {
        var name = new StringBuilder();
        for (position++; Next != '`'; position++)
        {
            if (Next == '\\')
                position++;
            if (position >= text.Length)
                throw Unknown();
            name.Append(text[position]);
        }

        position++;
        SkipSpace();
        return name.ToString();
    }

    /// <summary>A number, or a text in its quotes; for an enum also its <c>= number</c>.</summary>
    private string ReadLiteral()
    {
        int start = position;
        bool inText = false;
        for (; position < text.Length && (inText || Next is not (',' or ')')); position++)
        {
            if (Next == '\'')
                inText = !inText;
            else if (inText && Next == '\\')
                position++;
        }

        return inText || position > text.Length ? throw Unknown() : text[start..position].TrimEnd();
    }

    private bool TryTake(char c)
    {
        if (Next != c)
            return false;
        position++;
        SkipSpace();
        return true;
    }

    private void SkipSpace()
    {
        while (Next == ' ')
            position++;
    }

    private TargetException Unknown() => new("clickhouse.type_unknown",
        $"The column type '{text}' is not understood from character {Math.Min(position, text.Length) + 1} on. Leave the column out with --columns.");
}
