using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// The commits of a version, newest first, some read ahead, and kept where they are small: a writer goes through them for what the table is, for its transactions and for its
/// files, and one after another each is a round trip. Safe for concurrent use.
/// </summary>
/// <param name="store">Where the log lies.</param>
/// <param name="commits">As the segment has them.</param>
internal sealed class CommitsAhead(IObjectStore store, IReadOnlyList<StoredObject> commits) : IObjectStore
{
    private const int Ahead = 16;

    /// <summary>Most tables have a log checkpoint for every ten commits or a hundred, and commits of some kilobytes.</summary>
    private const long MostKeptBytes = 4 << 20;

    private readonly Dictionary<Location, int> kept = KeptOf(commits);
    private readonly Lock beginning = new();
    private readonly (Task<byte[]>? Bytes, CancellationToken Stopping)[] reading = new (Task<byte[]>?, CancellationToken)[commits.Count];

    public async ValueTask<IRangeReader> OpenAsync(Location location, long? knownBytes, CancellationToken cancellationToken)
    {
        if (!kept.TryGetValue(location, out int index))
            return await store.OpenAsync(location, knownBytes, cancellationToken);
        Task<byte[]> its = Begin(index, cancellationToken);
        for (int next = index + 1; next < Math.Min(index + Ahead, kept.Count); next++)
            _ = Begin(next, cancellationToken);
        return new Reader(await its);
    }

    public ValueTask<bool> ExistsAsync(Location location, CancellationToken cancellationToken) => store.ExistsAsync(location, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(Location prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    /// <summary>What has failed, or is stopped by whoever asked first, is begun anew.</summary>
    private Task<byte[]> Begin(int index, CancellationToken cancellationToken)
    {
        lock (beginning)
        {
            if (reading[index] is { Bytes: { IsFaulted: false, IsCanceled: false } begun } its && (begun.IsCompletedSuccessfully || !its.Stopping.IsCancellationRequested))
                return begun;
            reading[index] = (store.ReadAllAsync(commits[index].Location, commits[index].Bytes, cancellationToken).AsTask(), cancellationToken);
            return reading[index].Bytes!;
        }
    }

    private static Dictionary<Location, int> KeptOf(IReadOnlyList<StoredObject> commits)
    {
        var kept = new Dictionary<Location, int>();
        long bytes = 0;
        foreach (StoredObject commit in commits)
        {
            bytes += commit.Bytes;
            if (bytes > MostKeptBytes)
                break;
            kept.Add(commit.Location, kept.Count);
        }

        return kept;
    }

    private sealed class Reader(byte[] bytes) : IRangeReader
    {
        public long Length => bytes.Length;

        public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
        {
            bytes.AsMemory((int)offset, destination.Length).CopyTo(destination);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
