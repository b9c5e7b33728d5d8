using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads an object from its start to its end in large requests. Nothing is allocated for bytes that the object does not have.</summary>
/// <param name="reader">The object.</param>
/// <param name="file">Its name, for messages.</param>
/// <param name="requestBytes">How much is read ahead.</param>
internal sealed class RangeBuffer(IRangeReader reader, string file, int requestBytes) : IDisposable
{
    private byte[] buffer = [];
    private int start;
    private int end;
    private long offset;

    /// <summary>Where the next byte lies in the object.</summary>
    public long Offset => offset - (end - start);

    /// <summary>Bytes from here to the end of the object.</summary>
    public long Remaining => reader.Length - offset + (end - start);

    /// <summary>The next bytes without stepping over them; fewer than asked for only at the end of the object.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int bytes, CancellationToken cancellationToken)
    {
        if (end - start < bytes && offset < reader.Length)
            await FillAsync(bytes, cancellationToken);
        return buffer.AsMemory(start, Math.Min(bytes, end - start));
    }

    /// <summary>The next bytes, valid until the next call.</summary>
    /// <exception cref="CorruptTableException">The object ends before.</exception>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long bytes, CancellationToken cancellationToken)
    {
        if (bytes < 0 || bytes > Remaining || bytes > Array.MaxLength)
            throw Truncated(bytes);
        ReadOnlyMemory<byte> result = await PeekAsync((int)bytes, cancellationToken);
        start += (int)bytes;
        return result;
    }

    /// <summary>Steps over bytes; those that are not read ahead are not read at all.</summary>
    /// <exception cref="CorruptTableException">The object ends before.</exception>
    public void Skip(long bytes)
    {
        if (bytes < 0 || bytes > Remaining)
            throw Truncated(bytes);
        int held = (int)Math.Min(bytes, end - start);
        start += held;
        offset += bytes - held;
    }

    /// <summary>A zigzag varint (Avro specification, "Primitive Types").</summary>
    public async ValueTask<long> ReadLongAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> next = await PeekAsync(10, cancellationToken);
        var decoder = new AvroDecoder(next.Span, file);
        long value = decoder.ReadLong();
        start += next.Length - decoder.Remaining;
        return value;
    }

    private CorruptTableException Truncated(long bytes) => new("avro.file_truncated",
        $"'{file}' is broken: {bytes:N0} bytes should follow where {Remaining:N0} are left. Restore the file.");

    /// <summary>What was read is no longer valid.</summary>
    public void Dispose()
    {
        PooledBytes.Return(buffer);
        (buffer, start, end) = ([], 0, 0);
    }

    private async ValueTask FillAsync(int bytes, CancellationToken cancellationToken)
    {
        int held = end - start;
        int wanted = (int)Math.Min(Math.Max(bytes, requestBytes), held + (reader.Length - offset));
        byte[] old = buffer;
        byte[] target = old.Length >= wanted ? old : PooledBytes.Rent(wanted);
        old.AsSpan(start, held).CopyTo(target);
        (buffer, start, end) = (target, 0, held);
        if (target != old)
            PooledBytes.Return(old);
        await reader.ReadAsync(offset, buffer.AsMemory(held, wanted - held), cancellationToken);
        offset += wanted - held;
        end = wanted;
    }
}
