using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>A block on its way to the target, in the chunk of the batch that it was made of and by the writer of its lane.</summary>
internal sealed record LanedBlock(IEncodedBlock Block, Chunk Chunk, int Writer) : IDisposable
{
    public void Dispose() => Block.Dispose();
}
