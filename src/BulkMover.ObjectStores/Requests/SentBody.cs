namespace BulkMover.ObjectStores.Requests;

/// <summary>Bytes on their way to a store. A request is not taken for one that hangs while they go on.</summary>
/// <param name="bytes">All of them.</param>
/// <param name="limit">Ends the request; set anew for each piece.</param>
internal sealed class SentBody(ReadOnlyMemory<byte> bytes, CancellationTokenSource limit) : Stream
{
    /// <summary>No line is so slow that one takes <see cref="StoreRequests.StallTimeout"/>.</summary>
    private const int PieceBytes = 64 * 1024;

    private int at;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => at;
        set => at = checked((int)value);
    }

    public override int Read(Span<byte> buffer)
    {
        ReadOnlyMemory<byte> piece = Next(buffer.Length);
        piece.Span.CopyTo(buffer);
        return piece.Length;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.FromResult(Read(buffer, offset, count));

    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        while (Next(PieceBytes) is { Length: > 0 } piece)
            await destination.WriteAsync(piece, cancellationToken);
    }

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => at + offset,
        _ => Length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private ReadOnlyMemory<byte> Next(int most)
    {
        limit.CancelAfter(StoreRequests.StallTimeout);
        ReadOnlyMemory<byte> piece = bytes.Slice(at, Math.Min(most, bytes.Length - at));
        at += piece.Length;
        return piece;
    }
}
