namespace BulkMover.Core.Digests;

/// <summary>
/// The number and the sum of row hashes in each of 65,536 ranges: of two tables, however large, it shows which small parts to look at for rows that only one
/// has. One megabyte.
/// </summary>
public sealed class HashRanges
{
    /// <summary>The first bits of a hash say which range: so many that a range of a billion rows has some ten thousand.</summary>
    public const int Bits = 16;

    private readonly (long Rows, ulong Sum)[] ranges = new (long, ulong)[1 << Bits];

    public static int RangeOf(ulong hash) => (int)(hash >> (64 - Bits));

    /// <summary>Adds a row.</summary>
    public void Add(ulong hash) => Add(RangeOf(hash), 1, hash);

    /// <summary>Adds rows of one range.</summary>
    /// <param name="range">Which.</param>
    /// <param name="rows">How many.</param>
    /// <param name="sum">Of their hashes.</param>
    public void Add(int range, long rows, ulong sum)
    {
        ref (long Rows, ulong Sum) own = ref ranges[range];
        own = (own.Rows + rows, unchecked(own.Sum + sum));
    }

    /// <summary>The ranges that differ.</summary>
    public IReadOnlyList<int> DifferingFrom(HashRanges other) => [.. Enumerable.Range(0, ranges.Length).Where(range => ranges[range] != other.ranges[range])];

    /// <summary>The smallest of those that differ, while their rows may be held; one in any case, for each has a row to show.</summary>
    /// <param name="other">The other side.</param>
    /// <param name="most">Ranges to choose at most.</param>
    /// <param name="mostRows">Rows of both sides in them at most.</param>
    public IReadOnlySet<int> Choose(HashRanges other, int most, long mostRows)
    {
        var chosen = new HashSet<int>();
        long held = 0;
        foreach (int range in DifferingFrom(other).OrderBy(range => ranges[range].Rows + other.ranges[range].Rows).Take(most))
        {
            held += ranges[range].Rows + other.ranges[range].Rows;
            if (chosen.Count > 0 && held > mostRows)
                break;
            chosen.Add(range);
        }

        return chosen;
    }
}
