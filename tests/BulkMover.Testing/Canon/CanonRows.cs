using System.Security.Cryptography;
using System.Text;

namespace BulkMover.Testing.Canon;

/// <summary>The content of a table in canon-1: a line of JSON for each row, without regard to their order.</summary>
public sealed class CanonRows
{
    private readonly List<byte[]> lines = [];

    public int Count => lines.Count;

    public void Add(string line) => lines.Add(Encoding.UTF8.GetBytes(line));

    public void Add(IEnumerable<string> lines)
    {
        foreach (string line in lines)
            Add(line);
    }

    /// <summary>The lines in the order in which they came.</summary>
    public IEnumerable<string> Lines() => lines.Select(Encoding.UTF8.GetString);

    /// <summary>Reads a file of such lines.</summary>
    public static CanonRows Read(string path)
    {
        var rows = new CanonRows();
        foreach (string line in File.ReadLines(path).Where(line => line.Length > 0))
            rows.Add(line);
        return rows;
    }

    /// <summary>SHA-256 over the lines sorted by their bytes, each followed by a newline, in lower-case hex.</summary>
    public string Sha256()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (byte[] line in Sorted())
        {
            hash.AppendData(line);
            hash.AppendData("\n"u8);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Lines that only one side has, a few of each, or null when both hold the same rows as often.</summary>
    public string? DifferenceFrom(CanonRows expected)
    {
        const int Shown = 3;
        var missing = new List<byte[]>();
        var surplus = new List<byte[]>();
        byte[][] ours = Sorted(), theirs = expected.Sorted();
        int i = 0, j = 0;
        while (i < ours.Length || j < theirs.Length)
        {
            int order = i == ours.Length ? 1 : j == theirs.Length ? -1 : ours[i].AsSpan().SequenceCompareTo(theirs[j]);
            if (order < 0)
                surplus.Add(ours[i]);
            else if (order > 0)
                missing.Add(theirs[j]);
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        if (missing.Count + surplus.Count == 0)
            return null;
        static string Show(List<byte[]> lines) => string.Join('\n', lines.Take(Shown).Select(line => "  " + Encoding.UTF8.GetString(line)));
        return $"{ours.Length} rows where {theirs.Length} are expected.\n{missing.Count} missing:\n{Show(missing)}\n{surplus.Count} too many:\n{Show(surplus)}";
    }

    private byte[][] Sorted()
    {
        byte[][] sorted = [.. lines];
        Array.Sort(sorted, static (left, right) => left.AsSpan().SequenceCompareTo(right));
        return sorted;
    }
}
