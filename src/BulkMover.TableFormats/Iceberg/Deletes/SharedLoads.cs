namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>
/// Keeps what several data files need and loads it once. What was used longest ago is let go of when all together is too large; who uses it
/// still has it. Safe for concurrent use.
/// </summary>
/// <param name="limitBytes">How much is kept, as far as it was estimated; the newest is kept always.</param>
internal sealed class SharedLoads<TKey, TValue>(long limitBytes)
    where TKey : class
    where TValue : class
{
    private readonly Lock changing = new();
    private readonly Dictionary<TKey, LinkedListNode<Entry>> entries = new(ReferenceEqualityComparer.Instance);
    private readonly LinkedList<Entry> newestFirst = [];
    private long heldBytes;

    public bool IsLoaded(TKey key)
    {
        lock (changing)
            return entries.TryGetValue(key, out LinkedListNode<Entry>? node) && node.Value.Value is not null;
    }

    /// <summary>What <paramref name="load"/> gave for the key, now or before; others who ask meanwhile wait. A failure is not kept.</summary>
    public async Task<TValue> GetAsync(TKey key, long bytes, Func<CancellationToken, Task<TValue>> load, CancellationToken cancellationToken)
    {
        Entry entry = Use(key, bytes);
        await entry.Loading.WaitAsync(cancellationToken);
        try
        {
            return entry.Value ??= await load(cancellationToken);
        }
        finally
        {
            entry.Loading.Release();
        }
    }

    private Entry Use(TKey key, long bytes)
    {
        lock (changing)
        {
            if (entries.TryGetValue(key, out LinkedListNode<Entry>? node))
            {
                newestFirst.Remove(node);
            }
            else
            {
                node = new LinkedListNode<Entry>(new Entry(key, bytes));
                entries.Add(key, node);
                heldBytes += bytes;
            }

            newestFirst.AddFirst(node);
            while (heldBytes > limitBytes && newestFirst.Count > 1)
            {
                Entry oldest = newestFirst.Last!.Value;
                newestFirst.RemoveLast();
                entries.Remove(oldest.Key);
                heldBytes -= oldest.Bytes;
            }

            return node.Value;
        }
    }

    private sealed class Entry(TKey key, long bytes)
    {
        public TKey Key => key;

        public long Bytes => bytes;

        public SemaphoreSlim Loading { get; } = new(1);

        public TValue? Value { get; set; }
    }
}
