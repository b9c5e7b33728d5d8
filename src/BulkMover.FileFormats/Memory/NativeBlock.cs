using System.Buffers;
using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Memory;

/// <summary>Native memory of a fixed length, which may exceed what an array holds. Freed by disposing, at the latest by its finalizer.</summary>
internal sealed unsafe class NativeBlock : SafeHandle
{
    public NativeBlock(long bytes)
        : base(0, ownsHandle: true)
    {
        Length = bytes;
        SetHandle((nint)NativeMemory.Alloc((nuint)bytes));
        HugePages.Ask(handle, bytes);
    }

    public long Length { get; private set; }

    public override bool IsInvalid => handle == 0;

    public nint Address => IsInvalid ? throw new ObjectDisposedException(nameof(NativeBlock)) : handle;

    /// <summary>Makes it at least this long; what it holds stays. Nothing may be reading or filling it.</summary>
    public void EnsureLength(long bytes)
    {
        if (bytes <= Length)
            return;
        SetHandle((nint)NativeMemory.Realloc((void*)Address, (nuint)bytes));
        Length = bytes;
        HugePages.Ask(handle, bytes);
    }

    public Span<byte> Span(long offset, int length)
    {
        Check(offset, length);
        return new Span<byte>((byte*)Address + offset, length);
    }

    /// <summary>A part as memory for asynchronous reads. Valid until the block is disposed.</summary>
    public Memory<byte> Memory(long offset, int length)
    {
        Check(offset, length);
        return new Part(this, offset, length).Memory;
    }

    /// <summary>Copies bytes to another place in it; the two may overlap.</summary>
    public void Move(long from, long to, long bytes)
    {
        Check(from, bytes);
        Check(to, bytes);
        Buffer.MemoryCopy((byte*)Address + from, (byte*)Address + to, bytes, bytes);
    }

    protected override bool ReleaseHandle()
    {
        NativeMemory.Free((void*)handle);
        SetHandle(0);
        return true;
    }

    private void Check(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
    }

    private sealed class Part(NativeBlock block, long offset, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => block.Span(offset, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)block.Address + offset + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
