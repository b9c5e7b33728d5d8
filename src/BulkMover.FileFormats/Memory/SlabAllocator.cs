using System.Buffers;
using Apache.Arrow.Memory;

namespace BulkMover.FileFormats.Memory;

/// <summary>
/// Cuts the buffers of a batch from large pieces of memory, one behind the other: large pages back those, and a piece is free again when all batches that
/// lie in it are gone. The bytes of a buffer are whatever they were. Safe for concurrent use.
/// </summary>
/// <param name="pool">Has the pieces.</param>
/// <param name="slabBytes">Length of a piece. Of buffers longer than a part of it each has one of its own: those are what grows, and is left for a longer one.</param>
internal sealed class SlabAllocator(SlabPool pool, long slabBytes) : MemoryAllocator, IDisposable
{
    /// <summary>Of the addresses of buffers (Arrow columnar format, "Buffer Alignment and Padding").</summary>
    private const int AddressStep = 64;

    /// <summary>Buffers that a piece is at least for.</summary>
    private const int ShareOfSlab = 4;

    /// <summary>Pieces that batches are cut from: several a batch, for the last of them is not full, and large enough for large pages where batches are ordinary ones.</summary>
    private const int SlabsOfDecoding = 8;

    private const long MinSlabBytes = 64 << 10, MaxSlabBytes = 32 << 20;

    private readonly Lock gate = new();
    private Slab? current;

    /// <summary>For the batches of a scan.</summary>
    /// <param name="pool">Has the pieces.</param>
    /// <param name="decodeBytes">As <see cref="Core.Scans.IRowGroupScan.DecodeBytes"/>.</param>
    public static SlabAllocator ForDecoding(SlabPool pool, long decodeBytes) => new(pool, Math.Clamp(decodeBytes / SlabsOfDecoding, MinSlabBytes, MaxSlabBytes));

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        if (length > slabBytes / ShareOfSlab)
            return Alone(length);
        lock (gate)
        {
            if (current?.TryCut(length) is { } next)
                return next;
            Dispose();
            current = new Slab(pool, slabBytes);
            return current.TryCut(length)!;
        }
    }

    private IMemoryOwner<byte> Alone(int length)
    {
        var slab = new Slab(pool, (long)length + AddressStep);
        IMemoryOwner<byte> buffer = slab.TryCut(length)!;
        slab.Release();
        return buffer;
    }

    /// <summary>What was cut stays valid.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            current?.Release();
            current = null;
        }
    }

    private sealed class Slab(SlabPool pool, long bytes)
    {
        private readonly NativeBlock block = pool.Take(bytes);
        private long end;

        /// <summary>The allocator, and the buffers in it.</summary>
        private int users = 1;

        public IMemoryOwner<byte>? TryCut(int length)
        {
            long begin = end + (-(block.Address + end) & (AddressStep - 1));
            if (begin + length > block.Length)
                return null;
            end = begin + length;
            Interlocked.Increment(ref users);
            return new Piece(this, block.Memory(begin, length));
        }

        public void Release()
        {
            if (Interlocked.Decrement(ref users) == 0)
                pool.Return(block);
        }
    }

    private sealed class Piece(Slab slab, Memory<byte> memory) : IMemoryOwner<byte>
    {
        private Slab? held = slab;

        public Memory<byte> Memory => held is null ? throw new ObjectDisposedException(nameof(Piece)) : memory;

        public void Dispose() => Interlocked.Exchange(ref held, null)?.Release();
    }
}
