namespace BulkMover.ObjectStores.Local;

/// <summary>
/// Flushes of directories that many files get their names in at the same time: one that begins after a name was given holds for it, whoever asked. A flush waits
/// for the disk; of 1,000 files copied by 64 threads some 40 are left.
/// </summary>
internal static class DirectoryFlushes
{
    private static readonly Dictionary<string, Waiters> Waiting = new(StringComparer.Ordinal);

    /// <summary>Names that were given in a directory before this call outlast a loss of power when it returns.</summary>
    public static void Flush(string directory)
    {
        Waiters its;
        long asked;
        lock (Waiting)
        {
            if (!Waiting.TryGetValue(directory, out its!))
                Waiting.Add(directory, its = new Waiters());
            its.Count++;
            asked = ++its.Asked;
        }

        try
        {
            lock (its.Turn)
            {
                if (its.Flushed < asked)
                    FlushForAll(directory, its);
            }
        }
        finally
        {
            lock (Waiting)
            {
                if (--its.Count == 0)
                    Waiting.Remove(directory);
            }
        }
    }

    private static void FlushForAll(string directory, Waiters its)
    {
        long all;
        lock (Waiting)
            all = its.Asked;
        LocalSystem.FlushDirectory(directory);
        its.Flushed = all;
    }

    /// <summary>Who waits for the flush of a directory; numbered as they come.</summary>
    private sealed class Waiters
    {
        public Lock Turn { get; } = new();

        public int Count { get; set; }

        public long Asked { get; set; }

        public long Flushed { get; set; }
    }
}
