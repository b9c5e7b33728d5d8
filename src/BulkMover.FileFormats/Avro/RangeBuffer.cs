using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Avro;

/// <summary>Reads an object from its start to its end in large requests. Nothing is allocated for bytes that the object does not have.</summary>
internal sealed class RangeBuffer(IRangeReader reader, string file) : IDisposable
{
    /// <summary>Most manifests fit; in an object store one round trip costs as much as transferring about this.</summary>
    private const int RequestBytes = 1024 * 1024;

    private byte[] buffer = [];
    private int start;
    private int end;
    private long offset;

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
        {
            throw new CorruptTableException("avro.file_truncated",
                $"'{file}' is broken: {bytes:N0} bytes should follow where {Remaining:N0} are left. Restore the file.");
        }

        ReadOnlyMemory<byte> result = await PeekAsync((int)bytes, cancellationToken);
        start += (int)bytes;
        return result;
    }

    /// <summary>A zigzag varint (Avro specification, "Primitive Types").</summary>
    public async ValueTask<long> ReadLongAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> next = await PeekAsync(10, cancellationToken);
        var decoder = new AvroDecoder(next.Span, file);
        long value = decoder.ReadLong(LongType)!.Value;
        start += next.Length - decoder.Remaining;
        return value;
    }

    private static readonly AvroType LongType = new(AvroKind.Long);

    /// <summary>What was read is no longer valid.</summary>
    public void Dispose()
    {
        PooledBytes.Return(buffer);
        (buffer, start, end) = ([], 0, 0);
    }

    private async ValueTask FillAsync(int bytes, CancellationToken cancellationToken)
    {
        int held = end - start;
        int wanted = (int)Math.Min(Math.Max(bytes, RequestBytes), held + (reader.Length - offset));
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
