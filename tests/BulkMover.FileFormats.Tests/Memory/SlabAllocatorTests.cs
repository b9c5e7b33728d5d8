using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BulkMover.FileFormats.Memory;
using Xunit;

namespace BulkMover.FileFormats.Tests.Memory;

public sealed class SlabAllocatorTests : IDisposable
{
    private const int SlabBytes = 1 << 16;

    private readonly SlabPool pool = new();

    public void Dispose() => pool.Dispose();

    [Fact]
    public unsafe void Allocate_CutsBuffersThatDoNotOverlap()
    {
        using var slabs = new SlabAllocator(pool, SlabBytes);
        IMemoryOwner<byte>[] buffers = [.. Enumerable.Range(1, 300).Select(length => slabs.Allocate(length))];
        for (int i = 0; i < buffers.Length; i++)
            buffers[i].Memory.Span.Fill((byte)i);

        for (int i = 0; i < buffers.Length; i++)
        {
            Assert.Equal(i + 1, buffers[i].Memory.Length);
            Assert.True(buffers[i].Memory.Span.IndexOfAnyExcept((byte)i) < 0);
            Assert.Equal(0, (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(buffers[i].Memory.Span)) % 64);
            buffers[i].Dispose();
        }
    }

    [Fact]
    public void Dispose_OfAllBuffersOfASlab_GivesItToTheNext()
    {
        using var slabs = new SlabAllocator(pool, SlabBytes);
        for (int round = 0; round < 100; round++)
        {
            IMemoryOwner<byte>[] batch = [.. Enumerable.Range(0, 8).Select(_ => slabs.Allocate(SlabBytes / 8))];
            Assert.All(batch, buffer => buffer.Dispose());
        }

        Assert.InRange(pool.UsedBytes + pool.FreeBytes, SlabBytes, 4 * SlabBytes);
    }

    [Fact]
    public void Dispose_OfALargeBuffer_GivesItsMemoryBackThoughOthersAreInUse()
    {
        using var slabs = new SlabAllocator(pool, SlabBytes);
        using IMemoryOwner<byte> small = slabs.Allocate(10);
        IMemoryOwner<byte> large = slabs.Allocate(10 * SlabBytes);
        large.Dispose();

        Assert.Equal(SlabBytes, pool.UsedBytes);
        Assert.Throws<ObjectDisposedException>(() => large.Memory);
    }

    [Fact]
    public void Dispose_LeavesWhatWasCut()
    {
        var slabs = new SlabAllocator(pool, SlabBytes);
        IMemoryOwner<byte> buffer = slabs.Allocate(1000);
        slabs.Dispose();

        buffer.Memory.Span[999] = 1;
        Assert.Equal(SlabBytes, pool.UsedBytes);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Equal(0, pool.UsedBytes);
    }

    [Fact]
    public void Return_KeepsLittleOfWhatIsNotNeededAnyMore()
    {
        const long Bytes = 16 << 20;
        NativeBlock[] blocks = [.. Enumerable.Range(0, 8).Select(_ => pool.Take(Bytes))];
        foreach (NativeBlock block in blocks)
            pool.Return(block);

        Assert.Equal((0, Bytes), (pool.UsedBytes, pool.FreeBytes));
        Assert.Equal(7, blocks.Count(block => block.IsClosed));
    }

    [Fact]
    public void Dispose_OfThePool_FreesWhatIsKeptAndWhatComesBackLater()
    {
        NativeBlock kept = pool.Take(SlabBytes), late = pool.Take(SlabBytes);
        pool.Return(kept);
        pool.Dispose();
        Assert.Equal((true, false), (kept.IsClosed, late.IsClosed));
        pool.Return(late);
        Assert.Equal((true, 0, 0), (late.IsClosed, pool.UsedBytes, pool.FreeBytes));
    }
}
