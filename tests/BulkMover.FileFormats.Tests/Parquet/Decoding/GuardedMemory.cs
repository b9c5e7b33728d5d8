using System.Buffers;
using System.Runtime.InteropServices;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Memory that ends where a page begins that nobody may touch: a single byte read or written behind it ends the process. Linux only.</summary>
internal sealed unsafe class GuardedMemory : MemoryManager<byte>
{
    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nint mapping;
    private readonly int mapped, length;

    public GuardedMemory(int length)
    {
        int page = Environment.SystemPageSize;
        mapped = (((length + page - 1) / page) + 1) * page;
        this.length = length;
        mapping = Map(0, (nuint)mapped, ReadWrite, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, mapping);
        Assert.Equal(0, Protect(mapping + mapped - page, (nuint)page, None));
    }

    public GuardedMemory(ReadOnlySpan<byte> bytes)
        : this(bytes.Length) => bytes.CopyTo(GetSpan());

    public override Span<byte> GetSpan() => new((void*)(mapping + mapped - Environment.SystemPageSize - length), length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)(mapping + mapped - Environment.SystemPageSize - length) + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing) => Assert.Equal(0, Unmap(mapping, (nuint)mapped));

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint Map(nint address, nuint bytes, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nuint bytes, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nuint bytes);
}
