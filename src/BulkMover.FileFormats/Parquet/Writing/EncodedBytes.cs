using System.Buffers;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Parquet.Writing;

/// <summary>What native code has encoded and the store has not got yet: native code cannot wait for a store.</summary>
internal sealed class EncodedBytes : Stream
{
    private const int SegmentBytes = 1 << 20;

    private readonly List<byte[]> segments = [];
    private long taken;
    private long written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => written;

    /// <summary>Place in the file: native code asks where it stands.</summary>
    public override long Position { get => written; set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            int used = (int)((written - taken) % SegmentBytes);
            if (used == 0)
                segments.Add(ArrayPool<byte>.Shared.Rent(SegmentBytes));
            int fits = Math.Min(buffer.Length, SegmentBytes - used);
            buffer[..fits].CopyTo(segments[^1].AsSpan(used));
            buffer = buffer[fits..];
            written += fits;
        }
    }

    /// <summary>Hands on what has come since the last time.</summary>
    public async Task DrainAsync(IObjectWriter target, CancellationToken cancellationToken)
    {
        for (int i = 0; i < segments.Count; i++)
        {
            int bytes = (int)Math.Min(SegmentBytes, written - taken);
            await target.WriteAsync(segments[i].AsMemory(0, bytes), cancellationToken);
            taken += bytes;
        }

        Return();
    }

    /// <summary>What has come since the last time, as one piece.</summary>
    public byte[] Peek()
    {
        byte[] all = new byte[written - taken];
        for (int i = 0, at = 0; at < all.Length; i++, at += SegmentBytes)
            segments[i].AsSpan(0, Math.Min(SegmentBytes, all.Length - at)).CopyTo(all.AsSpan(at));
        return all;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Return();
        base.Dispose(disposing);
    }

    private void Return()
    {
        foreach (byte[] segment in segments)
            ArrayPool<byte>.Shared.Return(segment);
        segments.Clear();
        taken = written;
    }
}
