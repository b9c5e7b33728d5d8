namespace BulkMover.ObjectStores.Local;

/// <summary>
/// Flushes of directories that many files get their names in at the same time: one that begins after a name was given holds for it, whoever asked. A flush waits
/// for the disk, so many wait for the same.
/// </summary>
/// <param name="flush">Flushes one.</param>
internal sealed class DirectoryFlushes(Action<string> flush)
{
    private readonly Dictionary<string, Waiters> waiting = new(StringComparer.Ordinal);

    /// <summary>Of this machine's directories.</summary>
    public static DirectoryFlushes Shared { get; } = new(LocalSystem.FlushDirectory);

    /// <summary>Names that were given in a directory before this call outlast a loss of power when it returns.</summary>
    public void Flush(string directory)
    {
        Waiters its;
        long asked;
        lock (waiting)
        {
            if (!waiting.TryGetValue(directory, out its!))
                waiting.Add(directory, its = new Waiters());
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
            lock (waiting)
            {
                if (--its.Count == 0)
                    waiting.Remove(directory);
            }
        }
    }

    private void FlushForAll(string directory, Waiters its)
    {
        long all;
        lock (waiting)
            all = its.Asked;
        flush(directory);
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
