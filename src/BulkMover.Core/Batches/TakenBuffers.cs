using System.Buffers;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Memory;

namespace BulkMover.Core.Batches;

/// <summary>Keeps what a batch in the making holds, so that a failure half-way (no memory) releases it.</summary>
public sealed class TakenBuffers(MemoryAllocator allocator)
{
    private readonly List<IDisposable> held = [];

    /// <summary>New memory, zeroed or not. An empty one has no memory at all.</summary>
    public ArrowBuffer Allocate(int bytes, out Span<byte> memory)
    {
        if (bytes == 0)
        {
            memory = [];
            return ArrowBuffer.Empty;
        }

        IMemoryOwner<byte> owner = allocator.Allocate(bytes);
        memory = owner.Memory.Span[..bytes];
        return Take(owner);
    }

    /// <summary>Memory as a buffer of its length, which owns it from now on.</summary>
    public ArrowBuffer Take(IMemoryOwner<byte> owner)
    {
        ArrowBuffer buffer = Own(owner);
        held.Add(buffer);
        return buffer;
    }

    public ArrowBuffer Share(ArrowBuffer buffer)
    {
        ArrowBuffer shared = buffer.Retain();
        held.Add(shared);
        return shared;
    }

    public ArrayData Share(ArrayData data)
    {
        ArrayData shared = data.Retain();
        held.Add(shared);
        return shared;
    }

    public void Release()
    {
        foreach (IDisposable held in held)
            held.Dispose();
    }

    // Apache.Arrow 23 has no public way to make an owning buffer without copying into it (ArrowBuffer.Builder keeps a managed array
    // beside it); a test fails if a later version changes this constructor.
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    private static extern ArrowBuffer Own(IMemoryOwner<byte> owner);
}
