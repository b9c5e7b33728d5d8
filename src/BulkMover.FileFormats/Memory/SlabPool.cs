using System.Numerics;

namespace BulkMover.FileFormats.Memory;

/// <summary>
/// Gives large pieces of memory that are no longer used to who asks next: to take them from the system anew costs as much as to fill them. Their bytes are
/// whatever they were. Safe for concurrent use. Invariant 7: what is kept is no part of a budget, and neither is the rest of a piece that is not full; it is a quarter of what is in
/// use, or <see cref="MinFreeBytes"/>.
/// </summary>
internal sealed class SlabPool : IDisposable
{
    /// <summary>What is kept is a part of what is in use: what was needed once is not held for ever.</summary>
    private const int ShareOfUsed = 4;

    /// <summary>Kept although nothing is in use: between one batch and the next.</summary>
    private const long MinFreeBytes = 16 << 20;

    private readonly Lock gate = new();
    private readonly Dictionary<long, Stack<NativeBlock>> free = [];
    private bool isClosed;

    /// <summary>Bytes that are kept for the next.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Bytes that were taken and have not come back.</summary>
    public long UsedBytes { get; private set; }

    /// <returns>Memory of so many bytes or some more, to be given back by <see cref="Return"/>, or disposed of.</returns>
    public NativeBlock Take(long bytes)
    {
        long size = SizeOf(bytes);
        lock (gate)
        {
            if (free.TryGetValue(size, out Stack<NativeBlock>? same) && same.TryPop(out NativeBlock? block))
            {
                FreeBytes -= size;
                UsedBytes += size;
                return block;
            }
        }

        var fresh = new NativeBlock(size);
        lock (gate)
            UsedBytes += size;
        return fresh;
    }

    /// <summary>Takes memory back.</summary>
    public void Return(NativeBlock block)
    {
        lock (gate)
        {
            UsedBytes -= block.Length;
            if (!isClosed && FreeBytes + block.Length <= Math.Max(UsedBytes / ShareOfUsed, MinFreeBytes))
            {
                FreeBytes += block.Length;
                if (!free.TryGetValue(block.Length, out Stack<NativeBlock>? same))
                    free[block.Length] = same = new Stack<NativeBlock>();
                same.Push(block);
                return;
            }
        }

        block.Dispose();
    }

    /// <summary>Frees what is kept, and from now on all that comes back.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            foreach (NativeBlock block in free.Values.SelectMany(same => same))
                block.Dispose();
            free.Clear();
            FreeBytes = 0;
        }
    }

    /// <summary>Up to an eighth apart is one size, so that what differs a little can be used again.</summary>
    private static long SizeOf(long bytes)
    {
        long step = Math.Max(1L << Math.Max(BitOperations.Log2((ulong)bytes) - 3, 0), 4096);
        return (bytes + step - 1) / step * step;
    }
}
