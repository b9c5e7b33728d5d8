using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Databases.ClickHouse.Loads;

/// <summary>A block whose rows belong to one partition of the target.</summary>
/// <param name="Block">The rows.</param>
/// <param name="Partition">The same for all blocks of a partition.</param>
internal sealed record PartitionedBlock(NativeBlock Block, ulong Partition) : IEncodedBlock
{
    public long Rows => Block.Rows;

    public long Bytes => Block.Bytes;

    public long HeldBytes => Block.HeldBytes;

    public void OnDisposed(Action released) => Block.OnDisposed(released);

    public void Dispose() => Block.Dispose();
}
