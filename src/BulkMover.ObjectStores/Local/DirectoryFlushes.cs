namespace BulkMover.ObjectStores.Local;

/// <summary>
/// Flushes of directories that many files get their names in at the same time: one that begins after a name was given holds for it, whoever asked. A flush waits
/// for the disk, so many wait for the same, and none of them keeps a thread.
/// </summary>
/// <param name="flush">Flushes one.</param>
internal sealed class DirectoryFlushes(Action<string> flush)
{
    private readonly Dictionary<string, Flushes> underWay = new(StringComparer.Ordinal);

    /// <summary>Of this machine's directories.</summary>
    public static DirectoryFlushes Shared { get; } = new(LocalSystem.FlushDirectory);

    /// <summary>Names that were given in a directory before this call outlast a loss of power when the task has ended.</summary>
    public Task FlushAsync(string directory)
    {
        lock (underWay)
        {
            if (!underWay.TryGetValue(directory, out Flushes? its))
                underWay.Add(directory, its = new Flushes());
            return its.Next ??= FlushAsync(directory, its, its.Last);
        }
    }

    private async Task FlushAsync(string directory, Flushes its, Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        lock (underWay)
        {
            // Who comes from here on may have given a name too late for this one.
            (its.Last, its.Next) = (its.Next!, null);
        }

        try
        {
            flush(directory);
        }
        finally
        {
            lock (underWay)
            {
                if (its.Next is null)
                    underWay.Remove(directory);
            }
        }
    }

    /// <summary>Of one directory.</summary>
    private sealed class Flushes
    {
        /// <summary>The one that has begun last.</summary>
        public Task Last { get; set; } = Task.CompletedTask;

        /// <summary>The one that has not begun; null when nobody has asked for it.</summary>
        public Task? Next { get; set; }
    }
}
