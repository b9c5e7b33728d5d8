using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow.Memory;

namespace BulkMover.Testing.Memory;

/// <summary>
/// Allocates Arrow buffers and knows which are still alive: at the end of a test none is. Reading a buffer after it was freed throws.
/// Safe for concurrent use.
/// </summary>
public sealed unsafe class CountingAllocator() : MemoryAllocator(AlignmentBytes)
{
    private const int AlignmentBytes = 64;

    private long liveBytes;
    private long liveBuffers;
    private long buffersFreedTwice;

    /// <summary>Bytes asked for and not yet freed.</summary>
    public long LiveBytes => Interlocked.Read(ref liveBytes);

    /// <summary>Buffers not yet freed.</summary>
    public long LiveBuffers => Interlocked.Read(ref liveBuffers);

    /// <summary>How often a buffer was freed that was free already.</summary>
    public long BuffersFreedTwice => Interlocked.Read(ref buffersFreedTwice);

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        return new Buffer(this, length);
    }

    private sealed class Buffer : MemoryManager<byte>
    {
        private readonly CountingAllocator allocator;
        private readonly int length;
        private nint address;

        public Buffer(CountingAllocator allocator, int length)
        {
            (this.allocator, this.length) = (allocator, length);
            address = (nint)NativeMemory.AlignedAlloc((nuint)length, AlignmentBytes);
            // As Arrow's own allocator does; its builders rely on it.
            NativeMemory.Clear((void*)address, (nuint)length);
            Interlocked.Add(ref allocator.liveBytes, length);
            Interlocked.Increment(ref allocator.liveBuffers);
        }

        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(address == 0, this);
            return new Span<byte>((void*)address, length);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ObjectDisposedException.ThrowIf(address == 0, this);
            return new MemoryHandle((byte*)address + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
            nint freed = Interlocked.Exchange(ref address, 0);
            if (freed == 0)
            {
                Interlocked.Increment(ref allocator.buffersFreedTwice);
                return;
            }

            NativeMemory.AlignedFree((void*)freed);
            Interlocked.Add(ref allocator.liveBytes, -length);
            Interlocked.Decrement(ref allocator.liveBuffers);
        }
    }
}
