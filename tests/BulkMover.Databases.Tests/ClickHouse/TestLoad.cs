using Apache.Arrow;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using Xunit;

namespace BulkMover.Databases.Tests.ClickHouse;

/// <summary>A load of one chunk at a time, as the engine drives it.</summary>
internal sealed class TestLoad : IAsyncDisposable
{
    private readonly ITargetLoad load;
    private IChunkLoad? chunk;
    private long rows;

    public TestLoad(ITargetLoad load) => this.load = load;

    /// <summary>What tells the scan tasks of every chunk: as much as the smallest files make it.</summary>
    public static readonly byte[] Tasks = [.. Enumerable.Range(0, 4096 * 16).Select(i => (byte)(i * 31))];

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => load.Arrived;

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public static async Task<TestLoad> BeginAsync(ClickHouseTarget target, TargetPlan plan, LoadLimits limits, CancellationToken stopping) =>
        new(await target.BeginAsync(plan, limits, stopping));

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => load.Encode(batch);

    /// <summary>Sends a batch with the chunk that is open, or as the beginning of the next.</summary>
    public async Task<long> SendAsync(RecordBatch batch)
    {
        long bytes = 0;
        foreach (IEncodedBlock block in load.Encode(batch))
        {
            rows += block.Rows;
            bytes += await SendAsync(block, Stopping);
        }

        return bytes;
    }

    public async Task<long> SendAsync(IEncodedBlock block, CancellationToken stopping)
    {
        chunk ??= await load.BeginChunkAsync(load.Arrived.Count, Stopping);
        return await chunk.SendAsync(block, 0, stopping);
    }

    /// <summary>The open chunk arrives, with the rows that were sent unless others are named.</summary>
    public async Task ArriveAsync(long? expected = null)
    {
        chunk ??= await load.BeginChunkAsync(load.Arrived.Count, Stopping);
        await chunk.CommitAsync(expected ?? rows, Tasks, Stopping);
        await chunk.DisposeAsync();
        (chunk, rows) = (null, 0);
    }

    public Task<long> CommitAsync(long all) => load.CommitAsync(all, Stopping);

    public async ValueTask DisposeAsync()
    {
        if (chunk is not null)
            await chunk.DisposeAsync();
        await load.DisposeAsync();
    }
}
