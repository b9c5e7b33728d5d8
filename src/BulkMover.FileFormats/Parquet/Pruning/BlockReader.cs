using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>A file that is in memory as a whole.</summary>
/// <param name="block">The memory, which stays the caller's.</param>
/// <param name="bytes">Length of the file.</param>
internal sealed class BlockReader(NativeBlock block, long bytes) : IRangeReader
{
    public long Length => bytes;

    public ValueTask ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        block.Span(offset, destination.Length).CopyTo(destination.Span);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
