using System.Buffers;
using BulkMover.FileFormats.Memory;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.FileFormats.Tests.Memory;

public sealed class RecyclingAllocatorTests
{
    private readonly CountingAllocator inner = new();

    [Fact]
    public void Allocate_AfterMemoryOfAboutThatSizeWasFreed_TakesNoMore()
    {
        using var recycling = new RecyclingAllocator(inner, 10_000);
        recycling.Allocate(1000).Dispose();
        long taken = inner.LiveBytes;

        using IMemoryOwner<byte> again = recycling.Allocate(980);

        Assert.Equal(taken, inner.LiveBytes);
        Assert.Equal(980, again.Memory.Length);
    }

    [Fact]
    public void Allocate_WhileAllIsInUse_GivesEachItsOwn()
    {
        using var recycling = new RecyclingAllocator(inner, 10_000);
        using IMemoryOwner<byte> first = recycling.Allocate(100), second = recycling.Allocate(100);
        first.Memory.Span.Fill(1);
        second.Memory.Span.Fill(2);

        Assert.True(first.Memory.Span.IndexOfAnyExcept((byte)1) < 0);
    }

    [Fact]
    public void Dispose_OfMoreThanIsKept_GivesItBack()
    {
        using var recycling = new RecyclingAllocator(inner, 1500);
        IMemoryOwner<byte>[] all = [.. Enumerable.Range(0, 5).Select(_ => recycling.Allocate(1000))];
        foreach (IMemoryOwner<byte> memory in all)
            memory.Dispose();

        Assert.InRange(inner.LiveBytes, 1000, 1500);
    }

    [Fact]
    public void Dispose_GivesBackWhatIsFreeAtOnceAndTheRestWhenItComes()
    {
        var recycling = new RecyclingAllocator(inner, 10_000);
        IMemoryOwner<byte> used = recycling.Allocate(1000);
        recycling.Allocate(2000).Dispose();
        recycling.Dispose();

        Assert.InRange(inner.LiveBytes, 1000, 1200);
        used.Memory.Span[999] = 1;
        used.Dispose();
        used.Dispose();
        Assert.Equal((0, 0), (inner.LiveBytes, inner.BuffersFreedTwice));
    }
}
