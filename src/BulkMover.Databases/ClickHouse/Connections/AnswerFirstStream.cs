namespace BulkMover.Databases.ClickHouse.Connections;

/// <summary>
/// A connection on which the peer's answer counts more than a broken send. A server that refuses a request while its body is on the way
/// answers and closes; HttpClient would report the failed write and drop the answer. Here the first failed write throws, so that whoever
/// writes the body stops; writes after it do nothing, so that HttpClient goes on to read the answer. If there is none, reading throws
/// the write's failure.
/// </summary>
internal sealed class AnswerFirstStream(Stream inner) : Stream
{
    private IOException? broken;
    private bool answered;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (broken is not null)
            return;
        try
        {
            await inner.WriteAsync(buffer, cancellationToken);
        }
        catch (IOException error)
        {
            broken = error;
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        try
        {
            read = await inner.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException) when (broken is not null)
        {
            // The peer closed with our bytes unread: what it had to say ends here.
            read = 0;
        }

        if (read == 0 && !answered && !buffer.IsEmpty && broken is not null)
            throw broken;
        answered |= read > 0 && broken is not null;
        return read;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => broken is null ? inner.FlushAsync(cancellationToken) : Task.CompletedTask;

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous use.");

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous use.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
