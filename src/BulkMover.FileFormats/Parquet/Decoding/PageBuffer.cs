using System.Buffers;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// Memory for one decompressed page after the other. That of pages as common writers make them is kept when a scan ends, for the next one: its first
/// use costs more than decompressing into it.
/// </summary>
internal sealed class PageBuffer : IDisposable
{
    private const int MaxKeptBytes = 4 * 1024 * 1024;

    private byte[]? kept;
    private NativeBlock? large;
    private Memory<byte> room;

    /// <summary>Room for a page; what the buffer held is gone.</summary>
    public Memory<byte> Room(int bytes)
    {
        if (bytes > room.Length)
        {
            Dispose();
            room = bytes <= MaxKeptBytes ? kept = ArrayPool<byte>.Shared.Rent(bytes) : (large = new NativeBlock(bytes)).Memory(0, bytes);
        }

        return room[..bytes];
    }

    /// <summary>Nobody reads the page any more.</summary>
    public void Dispose()
    {
        if (kept is not null)
            ArrayPool<byte>.Shared.Return(kept);
        large?.Dispose();
        (kept, large, room) = (null, null, default);
    }
}
