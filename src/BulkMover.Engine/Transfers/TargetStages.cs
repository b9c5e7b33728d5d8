using BulkMover.Core.Targets;
using BulkMover.Engine.Flows;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>What the stages from a record batch to the target do with one item.</summary>
internal sealed class TargetStages(ITargetLoad load, TransferMeter meter)
{
    /// <summary>Makes blocks; each carries its part of the batch's lease and gives it back when the target disposes it.</summary>
    public async Task EncodeAsync(LeasedBatch item, Stage<LanedBlock> send)
    {
        using MemoryLease lease = item.Lease;
        foreach (IEncodedBlock block in load.Encode(item.Batch))
        {
            block.OnDisposed(lease.Split(block.HeldBytes).Dispose);
            await send.SendAsync(new LanedBlock(block, item.Lane));
        }
    }

    public async Task SendAsync(LanedBlock item, CancellationToken stopping)
    {
        long rows = item.Block.Rows;
        meter.AddBytesWritten(await load.SendAsync(item.Block, item.Lane % meter.Send.Workers, stopping));
        meter.AddRowsSent(rows);
    }
}
