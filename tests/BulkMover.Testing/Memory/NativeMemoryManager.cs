using System.Buffers;
using System.Runtime.InteropServices;

namespace BulkMover.Testing.Memory;

/// <summary>Memory outside of the managed heap, as leases of the memory budget are.</summary>
public sealed unsafe class NativeMemoryManager(int bytes) : MemoryManager<byte>
{
    private readonly void* start = NativeMemory.AllocZeroed((nuint)bytes);

    public override Span<byte> GetSpan() => new(start, bytes);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)start + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => NativeMemory.Free(start);
}
