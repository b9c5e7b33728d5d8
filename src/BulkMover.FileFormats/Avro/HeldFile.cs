using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro;

/// <summary>A file that is in memory as a whole; the memory stays its owner's.</summary>
internal sealed class HeldFile(NativeBlock memory) : IRangeReader
{
    public long Length => memory.Length;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        memory.Span(offset, destination.Length).CopyTo(destination.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
