using Apache.Arrow;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Loads;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Digests;

/// <summary>Takes rows, adds up what they come to, and forgets them.</summary>
/// <param name="columns">The columns of the batches.</param>
/// <param name="partitionKey">The table's expression as the server writes it; empty for none.</param>
/// <param name="limits">What the load may use.</param>
/// <param name="compare">Called at the commit with the digests of all groups of rows that are of one partition each, as far as that can be told here.</param>
internal sealed class ComparingLoad(
    IReadOnlyList<TargetColumn> columns, string partitionKey, LoadLimits limits, Func<IReadOnlyList<Digest>, CancellationToken, Task> compare) : ITargetLoad, IChunkLoad
{
    private readonly BatchEncoder encoder = new(columns, partitionKey);
    private readonly Dictionary<ulong, Digest> digests = [];

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived { get; } = new Dictionary<long, ArrivedChunk>();

    public long ChunkBytes => limits.ChunkBytes;

    public long EncodeBytes(RecordBatch batch) => encoder.EncodeBytes(batch);

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => encoder.Encode(batch);

    public Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken) => Task.FromResult<IChunkLoad>(this);

    public Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken)
    {
        using (block)
        {
            (ulong partition, Digest digest) = block is PartitionedBlock part ? (part.Partition, part.Block.Digest) : (0, ((NativeBlock)block).Digest);
            lock (digests)
                digests[partition] = digests.TryGetValue(partition, out Digest? before) ? before + digest : digest;
            return Task.FromResult(0L);
        }
    }

    public Task<long> CommitAsync(long rows, string tasks, CancellationToken cancellationToken) => Task.FromResult(0L);

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        await compare([.. digests.Values], cancellationToken);
        return digests.Values.Sum(digest => digest.Rows);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
