using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using BulkMover.Core.Batches;

namespace BulkMover.FileFormats.Memory;

/// <summary>Values of a batch in the making. Valid as long as the memory it was made with; what it grew to stays for the next batch.</summary>
internal sealed unsafe class GrowingArray<T>(GrowingMemory memory)
    where T : unmanaged
{
    private const int FirstCapacity = 64;

    private readonly NativeBlock block = memory.New();
    private T* items;
    private int capacity;

    public int Count { get; private set; }

    public long Bytes => (long)Count * sizeof(T);

    public ref T Last => ref items[Count - 1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        if (Count == capacity)
            Grow(1);
        items[Count++] = item;
    }

    public void AddRange(ReadOnlySpan<T> more) => more.CopyTo(Extend(more.Length));

    /// <summary>Room for more values, which the caller fills.</summary>
    public Span<T> Extend(int count)
    {
        if (count > capacity - Count)
            Grow(count);
        var room = new Span<T>(items + Count, count);
        Count += count;
        return room;
    }

    /// <summary>Moves the values into a buffer of just their length.</summary>
    public ArrowBuffer Take(TakenBuffers buffers)
    {
        ArrowBuffer taken = buffers.Allocate(checked(Count * sizeof(T)), out Span<byte> target);
        MemoryMarshal.AsBytes(new ReadOnlySpan<T>(items, Count)).CopyTo(target);
        Clear();
        return taken;
    }

    public void Clear() => Count = 0;

    private void Grow(int count)
    {
        long wanted = Math.Max(Math.Max(2L * capacity, FirstCapacity), (long)Count + count);
        memory.Grow(block, wanted * sizeof(T));
        items = (T*)block.Address;
        capacity = (int)wanted;
    }
}
