using Apache.Arrow;

namespace BulkMover.Core.Targets;

/// <summary>Takes rows to look at them and brings them nowhere.</summary>
public sealed class ReadingLoad : ITargetLoad
{
    private readonly Lock gate = new();
    private long rows;

    /// <inheritdoc cref="ITargetLoad.EncodeBytes"/>
    public required Func<RecordBatch, long> BytesToLookAt { get; init; }

    /// <inheritdoc cref="ITargetLoad.Encode"/>
    public required Func<RecordBatch, IEnumerable<IEncodedBlock>> LookAt { get; init; }

    /// <summary>Keeps what is wanted of a block, which is disposed then; told the number of its chunk. One call at a time.</summary>
    public required Action<IEncodedBlock, long> Keep { get; init; }

    /// <summary>All rows were seen.</summary>
    public required Func<CancellationToken, Task> Finish { get; init; }

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived { get; } = new Dictionary<long, ArrivedChunk>();

    public IReadOnlyDictionary<long, ArrivedChunk> Halfway => Arrived;

    public bool IsVerified => false;

    public long EncodeBytes(RecordBatch batch) => BytesToLookAt(batch);

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => LookAt(batch);

    public Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken) => Task.FromResult<IChunkLoad>(new Chunk(this, number));

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        await Finish(cancellationToken);
        return this.rows;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Chunk(ReadingLoad load, long number) : IChunkLoad
    {
        public Task<long> SendAsync(IEncodedBlock block, int lane, CancellationToken cancellationToken)
        {
            using (block)
            {
                lock (load.gate)
                {
                    load.rows += block.Rows;
                    load.Keep(block, number);
                }
            }

            return Task.FromResult(0L);
        }

        public Task<long> CommitAsync(long rows, ReadOnlyMemory<byte> tasks, CancellationToken cancellationToken) => Task.FromResult(0L);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
