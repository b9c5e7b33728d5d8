using System.Numerics;
using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Memory;

/// <summary>
/// Gives large pieces of memory that are no longer used to who asks next: to take them from the system anew costs as much as to fill them. Their bytes are
/// whatever they were. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Invariant 7: what is kept and what is in use are together no more than once was in use, nor than is allowed (<see cref="KeepWithin"/>): beyond that a piece from the system takes the
/// place of kept ones. What was not needed for a while is given up, and all but little when nothing is in use.
/// </remarks>
internal sealed class SlabPool : IDisposable
{
    /// <summary>Kept although nothing is in use: between one small file and the next.</summary>
    private const long IdleBytes = 16 << 20;

    /// <summary>A while: the time in which pieces are taken of so many times the bytes that are there. All of them have been needed by then, if they are.</summary>
    private const int TimesOver = 8;

    /// <summary>A piece that is longer by so much of what is asked for is as good, an eighth: nobody has leased it.</summary>
    private const int ShareOfSlack = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<long, List<Kept>> free = [];
    private long returns;
    private long takenBytes;
    private long unneededBytes;
    private long mostBytes;
    private long allowedBytes = long.MaxValue;
    private bool isClosed;

    /// <summary>Bytes that are kept for the next.</summary>
    public long FreeBytes { get; private set; }

    /// <summary>Bytes that were taken and have not come back.</summary>
    public long UsedBytes { get; private set; }

    /// <returns>Memory of so many bytes or some more, to be given back by <see cref="Return"/>.</returns>
    public NativeBlock Take(long bytes)
    {
        long size = SizeOf(Math.Max(bytes, 1));
        lock (gate)
        {
            NativeBlock? block = TakeKept(size, size + (size / ShareOfSlack));
            if (block is null)
                Free(UsedBytes + FreeBytes + size - Math.Min(mostBytes, allowedBytes));
            UsedBytes += block?.Length ?? size;
            mostBytes = Math.Max(mostBytes, UsedBytes);
            FreeUnneeded(block?.Length ?? size);
            if (block is not null)
                return block;
        }

        return new NativeBlock(size);
    }

    /// <summary>Makes memory that was taken at least so long; what it holds stays. Nothing may be reading or filling it.</summary>
    public void Lengthen(NativeBlock block, long bytes)
    {
        if (bytes <= block.Length)
            return;
        long before = block.Length;
        block.EnsureLength(SizeOf(bytes));
        lock (gate)
            UsedBytes += block.Length - before;
    }

    /// <summary>Takes memory back.</summary>
    public void Return(NativeBlock block)
    {
        lock (gate)
        {
            UsedBytes -= block.Length;
            if (!isClosed)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(free, block.Length, out _) ??= [];
                free[block.Length].Add(new Kept(block, returns++));
                FreeBytes += block.Length;
                Free(UsedBytes == 0 ? FreeBytes - IdleBytes : UsedBytes + FreeBytes - allowedBytes);
                return;
            }
        }

        block.Dispose();
    }

    /// <inheritdoc cref="Core.Scans.IMemoryKeeper.KeepWithin"/>
    public void KeepWithin(long bytes)
    {
        lock (gate)
        {
            allowedBytes = bytes;
            Free(UsedBytes + FreeBytes - bytes);
        }
    }

    /// <summary>Frees what is kept, and from now on all that comes back.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isClosed = true;
            Free(FreeBytes);
        }
    }

    /// <summary>The last that came back, for the processor may still have it.</summary>
    private NativeBlock? TakeKept(long size, long most)
    {
        for (; size <= most; size = SizeOf(size + 1))
        {
            if (!free.TryGetValue(size, out List<Kept>? same) || same.Count == 0)
                continue;
            NativeBlock block = same[^1].Block;
            same.RemoveAt(same.Count - 1);
            FreeBytes -= size;
            return block;
        }

        return null;
    }

    /// <summary>Frees so many bytes or some more, first what came back first.</summary>
    private void Free(long bytes)
    {
        while (bytes > 0 && FreeBytes > 0)
        {
            List<Kept> oldest = free.Values.Where(same => same.Count > 0).MinBy(same => same[0].Number)!;
            NativeBlock block = oldest[0].Block;
            oldest.RemoveAt(0);
            (bytes, FreeBytes) = (bytes - block.Length, FreeBytes - block.Length);
            block.Dispose();
        }
    }

    private void FreeUnneeded(long taken)
    {
        unneededBytes = Math.Min(unneededBytes, FreeBytes);
        takenBytes += taken;
        if (takenBytes < TimesOver * (UsedBytes + FreeBytes))
            return;
        Free(unneededBytes);
        (takenBytes, unneededBytes, mostBytes) = (0, FreeBytes, UsedBytes + FreeBytes);
    }

    /// <summary>Up to an eighth apart is one size, so that what differs a little can be used again.</summary>
    private static long SizeOf(long bytes)
    {
        long step = Math.Max(1L << Math.Max(BitOperations.Log2((ulong)bytes) - 3, 0), 4096);
        return (bytes + step - 1) / step * step;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Kept(NativeBlock Block, long Number);
}
