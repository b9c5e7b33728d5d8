using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Testing.Batches;
using BulkMover.Testing.Canon;
using BulkMover.Testing.Memory;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace BulkMover.Core.Tests.Batches;

public sealed class BatchSelectionTests
{
    private readonly CountingAllocator allocator = new();

    [Fact]
    public void Take_AnyRowsOfAnyLayout_HoldsThoseRowsAndFreesAll() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(1_000_000_000),
        Prop.ForAll((int seed) =>
        {
            var random = new Random(seed);
            RecordBatch batch = new RandomBatch(allocator, random).Build(random.Next(0, 40));
            int[] rows = [.. Enumerable.Range(0, batch.Length == 0 ? 0 : random.Next(50)).Select(_ => random.Next(batch.Length))];
            if (random.Next(2) == 0)
                rows = [.. rows.Distinct().Order()];
            AssertTakes(batch, rows);
        }));

    /// <summary>Rows that follow one another are copied as a whole.</summary>
    [Fact]
    public void Take_LongRunsOfAnyLayout_HoldsThoseRowsAndFreesAll() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(100).WithEndSize(1_000_000_000),
        Prop.ForAll((int seed) =>
        {
            var random = new Random(seed);
            RecordBatch batch = new RandomBatch(allocator, random).Build(random.Next(50, 200));
            int every = random.Next(5, 40), left = random.Next(every);
            int[] rows = [.. Enumerable.Range(0, batch.Length).Where(row => row % every != left)];
            AssertTakes(batch, rows);
        }));

    [Fact]
    public void Take_AllRows_SharesTheMemory()
    {
        RecordBatch batch = Numbers(3);
        long before = allocator.LiveBytes;

        RecordBatch taken = BatchSelection.Take(batch, [0, 1, 2], allocator);

        Assert.Equal(before, allocator.LiveBytes);
        taken.Dispose();
        Assert.Equal(["{\"n\":0}", "{\"n\":1}", "{\"n\":2}"], Lines(batch));
        batch.Dispose();
        Assert.Equal((0, 0), (allocator.LiveBuffers, allocator.BuffersFreedTwice));
    }

    [Fact]
    public void Take_MemoryEndsHalfWay_FreesWhatWasTaken()
    {
        using RecordBatch batch = new RandomBatch(allocator, new Random(1)).Build(20);
        for (int allocations = 0; allocations < 60; allocations++)
        {
            long before = allocator.LiveBuffers;
            Assert.Throws<IOException>(() => BatchSelection.Take(batch, [1, 3, 5], new LimitedAllocator(allocator, allocations)));
            Assert.Equal(before, allocator.LiveBuffers);
        }
    }

    [Fact]
    public void Take_Union_IsRefused()
    {
        var type = new UnionType([new Field("a", Int32Type.Default, true)], [0], UnionMode.Sparse);
        IArrowArray child = new TestArrays(allocator, new Random(1)).Build(Int32Type.Default, [1L, 2L]);
        var data = new ArrayData(type, 2, 0, 0, [new ArrowBuffer(new byte[2])], [child.Data]);
        using var batch = new RecordBatch(new Schema([new Field("u", type, true)], null), [ArrowArrayFactory.BuildArray(data)], 2);

        var error = Assert.Throws<UnsupportedFeatureException>(() => BatchSelection.Take(batch, [1], allocator));

        Assert.Equal("batch.type_unsupported", error.Code);
    }

    [Fact]
    public void KeepFirst_BatchDisposedBefore_KeepsItsOwnReference()
    {
        var arrays = new TestArrays(allocator, new Random(1));
        var schema = new Schema([new Field("a", Int64Type.Default, true), new Field("b", StringType.Default, true)], null);
        var batch = new RecordBatch(schema, [arrays.Build(Int64Type.Default, [7L]), arrays.Build(StringType.Default, ["x"u8.ToArray()])], 1);

        RecordBatch kept = BatchProjection.KeepFirst(batch, 1);
        batch.Dispose();

        Assert.Equal(["{\"a\":7}"], Lines(kept));
        // The value buffer of 'a' with its bitmap is what is left.
        Assert.Equal(2, allocator.LiveBuffers);
        kept.Dispose();
        Assert.Equal((0, 0), (allocator.LiveBuffers, allocator.BuffersFreedTwice));
    }

    [Fact]
    public void Bytes_ColumnHeldTwice_CountsItsBuffersOnce()
    {
        using RecordBatch batch = Numbers(100);
        using RecordBatch twice = BatchProjection.Select(batch, [0, 0]);

        Assert.Equal(allocator.LiveBytes, BatchMemory.Bytes(batch));
        Assert.Equal(allocator.LiveBytes, BatchMemory.Bytes(twice));
    }

    private RecordBatch Numbers(int rows)
    {
        IArrowArray column = new TestArrays(allocator, new Random(1)).Build(Int64Type.Default, [.. Enumerable.Range(0, rows).Select(i => (object)(long)i)]);
        return new RecordBatch(new Schema([new Field("n", Int64Type.Default, true)], null), [column], rows);
    }

    private static string[] Lines(RecordBatch batch) => [.. new CanonWriter().Lines(batch)];

    /// <summary>Takes the batch over.</summary>
    private void AssertTakes(RecordBatch batch, int[] rows)
    {
        string[] all = Lines(batch);

        RecordBatch taken = BatchSelection.Take(batch, rows, allocator);
        batch.Dispose();

        Assert.Equal(rows.Select(row => all[row]), Lines(taken));
        taken.Dispose();
        Assert.Equal((0, 0), (allocator.LiveBuffers, allocator.BuffersFreedTwice));
    }

    private sealed class LimitedAllocator(MemoryAllocator inner, int allocations) : MemoryAllocator
    {
        private int left = allocations;

        protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            if (left-- == 0)
                throw new IOException("No memory is left.");
            bytesAllocated = length;
            return inner.Allocate(length);
        }
    }
}
