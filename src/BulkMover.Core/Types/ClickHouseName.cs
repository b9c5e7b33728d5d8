using System.Text;

namespace BulkMover.Core.Types;

/// <summary>Names as ClickHouse's SQL writes them.</summary>
public static class ClickHouseName
{
    /// <summary>The name between backquotes, whatever it holds.</summary>
    public static string Quote(string name)
    {
        var quoted = new StringBuilder("`", name.Length + 2);
        foreach (char c in name)
        {
            if (c is '`' or '\\')
                quoted.Append('\\');
            quoted.Append(c);
        }

        return quoted.Append('`').ToString();
    }
}
