namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>
/// Whether inserts into a server are compressed. Where nobody says it, some of the first rows are sent in either way, and then all in the one that took
/// less time; the server has to decompress, so that a small gain is none. Decided once for a server: it does not go to and fro. Safe for concurrent use.
/// </summary>
/// <param name="asked">What the user says.</param>
/// <param name="isNear">As <see cref="ServerEndpoint.IsNear"/>.</param>
internal sealed class WireChoice(WireCompression asked, bool isNear)
{
    /// <summary>Of rows sent in one way until that is measured, unless it takes longer: more than what connections and the server take in before they make wait.</summary>
    internal const long TrialBytes = 64L << 20;

    internal static readonly TimeSpan TrialTime = TimeSpan.FromSeconds(2);

    private const double MaxPart = 0.9;

    private readonly Lock gate = new();
    private readonly Trial compressed = new(), plain = new();

    // Compressed comes first: over a slow connection the plain way is the dear one.
    private bool isCompressed = asked == WireCompression.Zstd || (asked == WireCompression.Auto && !isNear);
    private bool isDecided = asked != WireCompression.Auto || isNear;

    /// <summary>How an insert is sent that begins now.</summary>
    public bool IsCompressed => Volatile.Read(ref isCompressed);

    /// <summary>Rows were sent.</summary>
    /// <param name="wereCompressed">How.</param>
    /// <param name="bytes">Their length before that.</param>
    /// <param name="took">Until the connection had taken them.</param>
    public void Add(bool wereCompressed, long bytes, TimeSpan took)
    {
        if (Volatile.Read(ref isDecided))
            return;
        lock (gate)
        {
            (wereCompressed ? compressed : plain).Add(bytes, took);
            if (isDecided || !compressed.IsOver)
                return;
            Volatile.Write(ref isCompressed, plain.IsOver && compressed.SecondsPerByte < MaxPart * plain.SecondsPerByte);
            Volatile.Write(ref isDecided, plain.IsOver);
        }
    }

    private sealed class Trial
    {
        private long bytes;
        private TimeSpan took;

        public bool IsOver => bytes >= TrialBytes || took >= TrialTime;

        public double SecondsPerByte => took.TotalSeconds / bytes;

        public void Add(long more, TimeSpan time) => (bytes, took) = (bytes + more, took + time);
    }
}
