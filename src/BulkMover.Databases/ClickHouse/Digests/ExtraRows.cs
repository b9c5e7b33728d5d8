namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>
/// Tells which rows of the source, as they are read, the target has not or not as often. It remembers those of the target and no more than
/// <paramref name="most"/> others. Safe for concurrent use.
/// </summary>
/// <param name="target">How many times the target has a row, by the row's hash.</param>
/// <param name="most">Rows to find at most.</param>
/// <param name="mostBytes">When what was found has so many bytes, no more is found.</param>
internal sealed class ExtraRows(IReadOnlyDictionary<ulong, long> target, int most, long mostBytes)
{
    private readonly Lock gate = new();
    private readonly Dictionary<ulong, long> surplus = target.ToDictionary(row => row.Key, row => -row.Value);
    private int found;
    private long bytes;

    /// <summary>How many times more often the source has a row than the target; less than 0 for one that the target has more often.</summary>
    public IReadOnlyDictionary<ulong, long> Surplus => surplus;

    /// <summary>Counts a row of the source.</summary>
    /// <returns>Whether it is found: with it the source has one more than the target, and there is room.</returns>
    public bool Count(ulong hash)
    {
        lock (gate)
        {
            bool hasRoom = found < most && bytes < mostBytes;
            bool isKnown = surplus.TryGetValue(hash, out long before);
            if (isKnown || hasRoom)
                surplus[hash] = before + 1;
            bool isFound = before == 0 && hasRoom;
            found += isFound ? 1 : 0;
            return isFound;
        }
    }

    /// <summary>What was found takes so many bytes.</summary>
    public void AddBytes(long bytes)
    {
        lock (gate)
            this.bytes += bytes;
    }
}
