using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>A block on its way to the target, in the chunk and the lane of the batch that it was made of.</summary>
internal sealed record LanedBlock(IEncodedBlock Block, Chunk Chunk, int Lane) : IDisposable
{
    public void Dispose() => Block.Dispose();
}
