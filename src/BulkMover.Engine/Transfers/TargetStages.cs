using BulkMover.Core.Targets;
using BulkMover.Engine.Flows;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>What the stages from a record batch to the target do with one item.</summary>
/// <param name="load">Where to.</param>
/// <param name="meter">Counts.</param>
internal sealed class TargetStages(Task<ITargetLoad> load, TransferMeter meter)
{
    /// <summary>Makes blocks; each carries its part of the batch's lease and gives it back when the target disposes it.</summary>
    public async Task EncodeAsync(LeasedBatch item, Stage<LanedBlock> send, Stage<Chunk> arrive)
    {
        try
        {
            using MemoryLease lease = item.Lease;
            foreach (IEncodedBlock block in (await load).Encode(item.Batch))
            {
                block.OnDisposed(lease.Split(block.HeldBytes).Dispose);
                await send.SendAsync(new LanedBlock(block, item.Chunk.Hold(), item.Lane.Writer));
            }
        }
        finally
        {
            item.EndHandingOn();
        }

        await ReleaseAsync(item.Chunk, arrive);
    }

    public async Task SendAsync(LanedBlock item, Stage<Chunk> arrive, CancellationToken stopping)
    {
        IChunkLoad into;
        try
        {
            into = await item.Chunk.Load;
        }
        catch
        {
            item.Dispose();
            throw;
        }

        long rows = item.Block.Rows;
        meter.AddBytesWritten(await into.SendAsync(item.Block, item.Writer, stopping));
        meter.AddRowsSent(rows);
        item.Chunk.AddRows(rows);
        await ReleaseAsync(item.Chunk, arrive);
    }

    /// <summary>All rows of the chunk have been sent.</summary>
    public async Task ArriveAsync(Chunk chunk, CancellationToken stopping)
    {
        meter.AddBytesWritten(await (await chunk.Load).CommitAsync(chunk.Rows, chunk.Tasks(), stopping));
        await chunk.DisposeAsync();
    }

    /// <summary>Something of the chunk is done; with the last of it the chunk goes on.</summary>
    public static Task ReleaseAsync(Chunk chunk, Stage<Chunk> arrive) => chunk.Release() ? arrive.SendAsync(chunk) : Task.CompletedTask;
}
