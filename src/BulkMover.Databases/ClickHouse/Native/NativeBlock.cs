using System.Buffers;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Connections;

namespace BulkMover.Databases.ClickHouse.Native;

/// <summary>
/// One block of ClickHouse's Native format, ready to be sent: segments that lie in pooled chunks or in the memory of the batch they were
/// made from. Not safe for concurrent use.
/// </summary>
public sealed class NativeBlock : IEncodedBlock
{
    private readonly IReadOnlyList<byte[]> chunks;
    private readonly IReadOnlyList<IDisposable> sources;
    private Action? released;
    private bool disposed;

    /// <param name="digest">Of the block's rows.</param>
    /// <param name="segments">The bytes in order.</param>
    /// <param name="bytes">Their number.</param>
    /// <param name="chunks">Arrays of the shared pool that the segments lie in; given back with the block.</param>
    /// <param name="sources">What else the segments lie in; disposed with the block.</param>
    /// <param name="sourceBytes">Memory that disposing the sources gives back.</param>
    internal NativeBlock(
        Digest digest, IReadOnlyList<ReadOnlyMemory<byte>> segments, long bytes, IReadOnlyList<byte[]> chunks,
        IReadOnlyList<IDisposable> sources, long sourceBytes)
    {
        Digest = digest;
        Segments = segments;
        Bytes = bytes;
        HeldBytes = sourceBytes + chunks.Sum(chunk => (long)chunk.Length);
        this.chunks = chunks;
        this.sources = sources;
    }

    /// <summary>What the rows come to as the source has them.</summary>
    public Digest Digest { get; }

    public long Rows => Digest.Rows;

    public long Bytes { get; }

    public long HeldBytes { get; }

    /// <summary>The block's bytes, in order. Valid until the block is disposed.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Segments { get; }

    /// <summary>Writes the bytes; the block stays whole, so that a failed send can be repeated.</summary>
    public async ValueTask WriteToAsync(Stream stream, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        foreach (ReadOnlyMemory<byte> segment in Segments)
            await stream.WriteAsync(segment, cancellationToken);
    }

    /// <summary>As above, compressed.</summary>
    /// <returns>Bytes that came out.</returns>
    internal async ValueTask<long> WriteToAsync(ZstdBody body, Stream stream)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> segment in Segments)
            bytes += await body.WriteAsync(segment, stream);
        return bytes + await body.FlushAsync(stream);
    }

    public void OnDisposed(Action released)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        this.released += released;
    }

    /// <summary>Invariant 6: the batch goes with the block, once.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        foreach (byte[] chunk in chunks)
            ArrayPool<byte>.Shared.Return(chunk);
        foreach (IDisposable source in sources)
            source.Dispose();
        released?.Invoke();
    }
}
