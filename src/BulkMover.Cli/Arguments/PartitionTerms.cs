namespace BulkMover.Cli.Arguments;

/// <summary>Reads <c>country, day(time), bucket(16, id)</c>.</summary>
public static class PartitionTerms
{
    /// <summary>The terms: a comma inside of brackets is part of one.</summary>
    public static IReadOnlyList<string> Split(string text)
    {
        var terms = new List<string>();
        (int depth, int begin) = (0, 0);
        for (int i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == ',' && depth == 0))
            {
                terms.Add(text[begin..i].Trim());
                begin = i + 1;
            }
            else
            {
                depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            }
        }

        return terms is [""] ? [] : terms;
    }
}
