using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>
/// Blocks that wait for more of their partition: an insert makes at least one part for each partition, and parts are what the server has
/// to merge. Safe for concurrent use.
/// </summary>
/// <param name="all">What other chunks keep back counts too.</param>
internal sealed class HeldBlocks(HeldBytes all) : IDisposable
{
    /// <summary>The server makes one part of so many rows (its min_insert_block_size_rows): more wait for nothing.</summary>
    public const long FullRows = 1L << 20;

    /// <summary>Or of so many bytes (half its min_insert_block_size_bytes, for the server counts them larger than the wire does).</summary>
    public const long FullBytes = 128L << 20;

    private readonly Dictionary<ulong, Group> groups = [];

    /// <summary>Takes a block over.</summary>
    /// <returns>Groups that go out now, each as one insert: one that is full, and the largest until the rest fits. They are the caller's.</returns>
    public IReadOnlyList<IReadOnlyList<NativeBlock>> Add(ulong partition, NativeBlock block)
    {
        lock (groups)
        {
            if (!groups.TryGetValue(partition, out Group? group))
                groups.Add(partition, group = new Group());
            group.Add(block);
            all.Add(block.HeldBytes);

            var ready = new List<IReadOnlyList<NativeBlock>>();
            if (group.Rows >= FullRows || group.Bytes >= FullBytes)
                ready.Add(Take(partition));
            while (all.IsOver && groups.Count > 0)
                ready.Add(Take(groups.MaxBy(other => other.Value.HeldBytes).Key));
            return ready;
        }
    }

    /// <summary>Everything that is left; it is the caller's.</summary>
    public IReadOnlyList<IReadOnlyList<NativeBlock>> TakeAll()
    {
        lock (groups)
            return [.. groups.Keys.ToArray().Select(Take)];
    }

    public void Dispose()
    {
        foreach (NativeBlock block in TakeAll().SelectMany(blocks => blocks))
            block.Dispose();
    }

    private List<NativeBlock> Take(ulong partition)
    {
        groups.Remove(partition, out Group? group);
        all.Add(-group!.HeldBytes);
        return group.Blocks;
    }

    private sealed class Group
    {
        public List<NativeBlock> Blocks { get; } = [];

        public long Rows { get; private set; }

        public long Bytes { get; private set; }

        public long HeldBytes { get; private set; }

        public void Add(NativeBlock block)
        {
            Blocks.Add(block);
            Rows += block.Rows;
            Bytes += block.Bytes;
            HeldBytes += block.HeldBytes;
        }
    }
}
