using System.Buffers;
using System.Numerics;
using Apache.Arrow.Memory;

namespace BulkMover.FileFormats.Memory;

/// <summary>
/// Gives memory of batches that are gone to the next ones: to take it from the system anew and to clear it costs as much as to fill it. Its bytes are
/// whatever they were. Safe for use by several threads; after disposing, what comes back goes on to where it was from.
/// </summary>
/// <param name="inner">Where memory comes from.</param>
/// <param name="maxFreeBytes">Kept at most; more is given back.</param>
internal sealed class RecyclingAllocator(MemoryAllocator inner, long maxFreeBytes) : MemoryAllocator, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, Stack<IMemoryOwner<byte>>> free = [];
    private long freeBytes;
    private bool isClosed;

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = SizeOf(length);
        lock (gate)
        {
            if (free.TryGetValue(bytesAllocated, out Stack<IMemoryOwner<byte>>? same) && same.TryPop(out IMemoryOwner<byte>? used))
            {
                freeBytes -= bytesAllocated;
                return new Buffer(this, used, length);
            }
        }

        return new Buffer(this, inner.Allocate(bytesAllocated), length);
    }

    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (IMemoryOwner<byte> memory in free.Values.SelectMany(same => same))
                memory.Dispose();
            free.Clear();
        }
    }

    /// <summary>Lengths up to an eighth apart are one size, so that batches that differ a little can use each other's memory.</summary>
    private static int SizeOf(int length)
    {
        int step = Math.Max(1 << Math.Max(BitOperations.Log2((uint)length) - 3, 0), 64);
        return (int)Math.Min(((long)length + step - 1) / step * step, Array.MaxLength);
    }

    private void Return(IMemoryOwner<byte> memory)
    {
        int bytes = memory.Memory.Length;
        lock (gate)
        {
            if (!isClosed && freeBytes + bytes <= maxFreeBytes)
            {
                freeBytes += bytes;
                if (!free.TryGetValue(bytes, out Stack<IMemoryOwner<byte>>? same))
                    free[bytes] = same = new Stack<IMemoryOwner<byte>>();
                same.Push(memory);
                return;
            }
        }

        memory.Dispose();
    }

    private sealed class Buffer(RecyclingAllocator allocator, IMemoryOwner<byte> memory, int length) : IMemoryOwner<byte>
    {
        private IMemoryOwner<byte>? owned = memory;

        public Memory<byte> Memory => owned is { } held ? held.Memory[..length] : throw new ObjectDisposedException(nameof(Buffer));

        public void Dispose()
        {
            if (Interlocked.Exchange(ref owned, null) is { } held)
                allocator.Return(held);
        }
    }
}
