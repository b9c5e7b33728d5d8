using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A buffer of an array in the making, whose length may show on the way. It is handed over without a copy, unless it is by far longer than what is in it. What it outgrows may stay taken until the
/// batch is gone (<see cref="Memory.SlabAllocator"/>): where the length can be guessed, it should be.
/// </summary>
/// <param name="column">For the message.</param>
/// <param name="allocator">Where memory comes from.</param>
internal sealed class GrowingMemory(string column, MemoryAllocator allocator) : IDisposable
{
    private IMemoryOwner<byte>? owner;
    private Memory<byte> memory;
    private long most = long.MaxValue;

    /// <summary>Begins a buffer.</summary>
    /// <param name="likely">Bytes that it will probably come to.</param>
    /// <param name="most">Bytes that it should not exceed; where it grows, it grows to them.</param>
    public void Begin(long likely, long most)
    {
        this.most = most;
        Room(Math.Min(Math.Min(likely, most), System.Array.MaxLength));
    }

    /// <summary>Room for so many bytes. What was there stays; behind it, there is anything. Valid until more is asked for.</summary>
    /// <exception cref="UnsupportedFeatureException">They are more than a buffer can have.</exception>
    public Span<byte> Room(long bytes)
    {
        if (bytes > memory.Length)
            Grow(bytes);
        return memory.Span[..(int)bytes];
    }

    /// <summary>The first bytes as a buffer, which the array owns. The next buffer begins anew.</summary>
    public ArrowBuffer Take(int bytes, TakenBuffers buffers)
    {
        if (bytes == 0)
        {
            Dispose();
            return ArrowBuffer.Empty;
        }

        // An array counts as long as it shows: a batch of few items would hold the room of the largest one until it is sent.
        if (bytes < memory.Length / 2)
            Move(bytes, bytes);
        ArrowBuffer taken = buffers.Take(new Beginning(owner!, bytes));
        (owner, memory) = (null, default);
        return taken;
    }

    /// <summary>Gives back what was not handed over; another buffer may begin.</summary>
    public void Dispose()
    {
        owner?.Dispose();
        (owner, memory) = (null, default);
    }

    private void Grow(long bytes)
    {
        if (bytes > System.Array.MaxLength)
            throw new UnsupportedFeatureException("file.row_too_large", $"A batch of column '{column}' has a buffer of more than 2 GiB. Leave it out with --columns.");
        // Where nothing is known by half, so that few copies are made; for a moment there is both.
        long length = most is < long.MaxValue && most >= bytes && owner is not null ? most : Math.Max(bytes, memory.Length + ((long)memory.Length / 2));
        Move(memory.Length, (int)Math.Min(length, System.Array.MaxLength));
    }

    /// <summary>Into memory of another length, with the first bytes.</summary>
    private void Move(int bytes, int length)
    {
        IMemoryOwner<byte> other = allocator.Allocate(length);
        memory[..bytes].CopyTo(other.Memory);
        owner?.Dispose();
        (owner, memory) = (other, other.Memory);
    }

    /// <summary>Memory of which only the first bytes are shown.</summary>
    private sealed class Beginning(IMemoryOwner<byte> whole, int bytes) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => whole.Memory[..bytes];

        public void Dispose() => whole.Dispose();
    }
}
