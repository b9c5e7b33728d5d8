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
    public void Take_OfABitLess_GivesWhatCameBackLast()
    {
        NativeBlock other = pool.Take(1 << 20), first = pool.Take(40 << 20), last = pool.Take(40 << 20);
        pool.Return(first);
        pool.Return(last);

        Assert.Same(last, pool.Take((40 << 20) - 5000));
        Assert.Same(first, pool.Take(37 << 20));
        Assert.NotSame(other, pool.Take(1 << 20));
    }

    [Fact]
    public void Take_OfWhatIsNotKept_FreesOfTheKeptSoThatAllIsNoMoreThanWasInUse()
    {
        const long MiB = 1 << 20;
        using var inUse = pool.Take(MiB);
        NativeBlock oldest = pool.Take(40 * MiB), youngest = pool.Take(40 * MiB);
        pool.Return(oldest);
        pool.Return(youngest);

        NativeBlock larger = pool.Take(64 * MiB);
        Assert.Equal((true, true), (oldest.IsClosed, youngest.IsClosed));
        Assert.Equal((65 * MiB, 0), (pool.UsedBytes, pool.FreeBytes));
        pool.Return(larger);
        pool.Take(8 * MiB);
        Assert.Equal((9 * MiB, 64 * MiB), (pool.UsedBytes, pool.FreeBytes));
        pool.Take(16 * MiB);
        Assert.Equal((25 * MiB, 0), (pool.UsedBytes, pool.FreeBytes));
    }

    [Fact]
    public void Take_OfTheSameAgainAndAgain_FreesWhatIsNotNeededForThat()
    {
        const long MiB = 1 << 20;
        using var inUse = pool.Take(MiB);
        NativeBlock[] many = [.. Enumerable.Range(0, 10).Select(_ => pool.Take(8 * MiB))];
        foreach (NativeBlock block in many)
            pool.Return(block);
        for (int i = 0; i < 300; i++)
            pool.Return(pool.Take(8 * MiB));

        Assert.Equal((1 * MiB, 8 * MiB), (pool.UsedBytes, pool.FreeBytes));
    }

    [Fact]
    public void KeepWithin_FreesWhatIsKeptBeyondIt_NowAndLater()
    {
        const long MiB = 1 << 20;
        using var inUse = pool.Take(MiB);
        NativeBlock[] blocks = [.. Enumerable.Range(0, 4).Select(_ => pool.Take(8 * MiB))];
        foreach (NativeBlock block in blocks)
            pool.Return(block);

        pool.KeepWithin(18 * MiB);
        Assert.Equal([true, true, false, false], blocks.Select(block => block.IsClosed));
        pool.Take(4 * MiB);
        Assert.Equal((5 * MiB, 8 * MiB), (pool.UsedBytes, pool.FreeBytes));

        NativeBlock more = pool.Take(32 * MiB);
        Assert.Equal((37 * MiB, 0), (pool.UsedBytes, pool.FreeBytes));
        pool.Return(more);
        Assert.True(more.IsClosed);
    }

    [Fact]
    public void Lengthen_KeepsWhatTheMemoryHoldsAndCountsIt()
    {
        NativeBlock block = pool.Take(4096);
        block.Span(0, 1)[0] = 7;
        pool.Lengthen(block, 1 << 20);

        Assert.Equal(((byte)7, 1L << 20), (block.Span(0, 1)[0], pool.UsedBytes));
        pool.Return(block);
        Assert.Same(block, pool.Take(1 << 20));
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
