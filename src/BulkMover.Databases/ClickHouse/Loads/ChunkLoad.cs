using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>The rows of one chunk on their way into its chunk table.</summary>
internal sealed class ChunkLoad : IChunkLoad
{
    /// <summary>The server gives up an insert that brings nothing for 30 seconds (its http_receive_timeout).</summary>
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(5);

    private readonly LoadLimits limits;
    private readonly InsertPool inserts;
    private readonly HeldBlocks held;
    private readonly Lock gate = new();
    private Digest digest;

    public ChunkLoad(ServerClient client, string insert, Func<bool, IReadOnlyDictionary<string, object>> settings, int columns, LoadLimits limits, HeldBytes allHeld)
    {
        digest = Digest.Empty(columns);
        this.limits = limits;
        inserts = new InsertPool(ofLarge => client.Insert(insert, settings(ofLarge)), limits.Lanes, MaxIdle);
        held = new HeldBlocks(allHeld);
    }

    /// <summary>Counts the rows that were sent and makes them arrive.</summary>
    public required Func<long, Digest, ReadOnlyMemory<byte>, CancellationToken, Task> Collect { get; init; }

    public async Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken)
    {
        if (block is PartitionedBlock partitioned)
        {
            Add(partitioned.Block.Digest);
            return await SendGroupsAsync(held.Add(partitioned.Partition, partitioned.Block), cancellationToken);
        }

        using (block)
        {
            var native = (NativeBlock)block;
            Add(native.Digest);
            return await inserts.SendAsync(native, lane, cancellationToken);
        }
    }

    public async Task<long> CommitAsync(long rows, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken)
    {
        long bytes = await SendGroupsAsync(held.TakeAll(), cancellationToken);
        await inserts.FlushAsync(cancellationToken);
        await Collect(rows, digest, tasks, cancellationToken);
        return bytes;
    }

    private void Add(Digest block)
    {
        lock (gate)
            digest += block;
    }

    public async ValueTask DisposeAsync()
    {
        held.Dispose();
        await inserts.DisposeAsync();
    }

    /// <summary>Sends each group as an insert of its own, and disposes all blocks whatever happens.</summary>
    private async Task<long> SendGroupsAsync(IReadOnlyList<IReadOnlyList<NativeBlock>> groups, CancellationToken cancellationToken)
    {
        long bytes = 0;
        try
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = limits.Writers, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(groups, options, async (blocks, stopping) =>
            {
                Interlocked.Add(ref bytes, await inserts.SendTogetherAsync(blocks, stopping));
                // Its memory is wanted before the other groups are sent.
                Dispose(blocks);
            });
            return bytes;
        }
        catch
        {
            // Disposing again is harmless, and which groups were sent is not known here.
            foreach (IReadOnlyList<NativeBlock> blocks in groups)
                Dispose(blocks);
            throw;
        }

        static void Dispose(IReadOnlyList<NativeBlock> blocks)
        {
            foreach (NativeBlock block in blocks)
                block.Dispose();
        }
    }
}
