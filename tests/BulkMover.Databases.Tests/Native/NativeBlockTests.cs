using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.Testing.ClickHouse;
using BulkMover.Testing.Memory;
using Xunit;

namespace BulkMover.Databases.Tests.Native;

/// <summary>Who owns a block's memory, and how much it is.</summary>
public sealed class NativeBlockTests(ClickHouseServerFixture server)
{
    private static readonly Schema Mixed = new(
        [
            new Field("id", Int64Type.Default, false), new Field("name", StringType.Default, true), new Field("price", new Decimal128Type(15, 2), false),
            new Field("tags", new ListType(new Field("t", new DictionaryType(Int16Type.Default, StringType.Default, false), true)), false),
        ],
        null);

    [Fact]
    public void Encode_FixedWidthColumn_PointsIntoTheBatch()
    {
        var schema = new Schema([new Field("id", Int64Type.Default, false)], null);
        RecordBatch batch = new ModelArrays().Batch(schema, [.. Enumerable.Range(0, 10_000).Select(i => new object?[] { (long)i })]);
        ReadOnlyMemory<byte> values = batch.Column(0).Data.Buffers[1].Memory;

        using NativeBlock block = NativeTarget.EncoderFor(schema, default).Encode(batch);
        Assert.True(MemoryMarshal.TryGetMemoryManager<byte, System.Buffers.MemoryManager<byte>>(values, out _)
            ? block.Segments.Any(segment => segment.Length == 80_000 && segment.Span.Overlaps(values.Span, out int at) && at == 0)
            : block.Segments.Any(segment => segment.Equals(values[..80_000])));
        Assert.True(block.HeldBytes >= 80_000);
    }

    [Fact]
    public void Dispose_BlockThatPointsIntoTheBatch_FreesItOnce()
    {
        var memory = new CountingAllocator();
        RecordBatch batch = MixedBatch(memory, 20_000);
        int released = 0;
        NativeBlock block = NativeTarget.EncoderFor(Mixed, default).Encode(batch);
        block.OnDisposed(() => released++);
        Assert.True(memory.LiveBuffers > 0);

        block.Dispose();
        block.Dispose();
        Assert.Equal((0, 0, 1), (memory.LiveBuffers, memory.BuffersFreedTwice, released));
    }

    [Fact]
    public void Encode_SomeColumnsArePointedInto_FreesTheOthersAtOnce()
    {
        var memory = new CountingAllocator();
        RecordBatch batch = MixedBatch(memory, 20_000);
        long ids = batch.Column(0).Data.Buffers[1].Length, all = memory.LiveBytes, counted = BatchMemory.Bytes(batch);

        using NativeBlock block = NativeTarget.EncoderFor(Mixed, default).Encode(batch);
        Assert.InRange(memory.LiveBytes, ids, all / 2);
        Assert.True(block.HeldBytes >= counted);
        Assert.Equal(
            Enumerable.Range(0, 20_000).Select(i => (long)i),
            MemoryMarshal.Cast<byte, long>(block.Segments.Single(segment => segment.Length == 160_000).Span).ToArray());
    }

    [Fact]
    public void Encode_NothingOfTheBatchIsNeeded_FreesItAtOnce()
    {
        var memory = new CountingAllocator();
        using NativeBlock block = NativeTarget.EncoderFor(Mixed, default).Encode(MixedBatch(memory, 3));
        Assert.Equal((0, 0), (memory.LiveBuffers, memory.BuffersFreedTwice));
        Assert.Equal(3, block.Rows);
    }

    [Fact]
    public void EncodeBytes_AnyNumberOfRows_IsAnUpperBoundOfWhatEncodingHolds()
    {
        NativeEncoder encoder = NativeTarget.EncoderFor(Mixed, default);
        foreach (int rows in Enumerable.Range(0, 100).Concat([1_000, 6_500, 9_999, 60_000]))
        {
            var memory = new CountingAllocator();
            RecordBatch batch = MixedBatch(memory, rows);
            long bound = encoder.EncodeBytes(batch);
            long batchBytes = BatchMemory.Bytes(batch);
            using NativeBlock block = encoder.Encode(batch);
            Assert.InRange(block.HeldBytes, 1, bound + (memory.LiveBuffers > 0 ? batchBytes : 0));
            Assert.Equal(block.Bytes, block.Segments.Sum(segment => (long)segment.Length));
        }
    }

    [Fact]
    public async Task Encode_ManyRowsOverManyChunks_ArriveInOrder()
    {
        const int rows = 60_000;
        string answer = await new NativeTarget(server).RoundTripAsync(
            MixedBatch(null, rows), """
            SELECT count(), countIf(id = rowNumberInAllBlocks()), countIf(name IS NULL), countIf(name = repeat('n', id % 300)),
                   countIf(price = toDecimal64(id, 2) / 100), countIf(length(tags) = id % 3 AND has(tags, concat('t', toString(id % 700))) = (id % 3 > 0))
            FROM {table} SETTINGS max_threads = 1
            """, TestContext.Current.CancellationToken);
        Assert.Equal($"{rows}\t{rows}\t{rows / 10}\t{rows - (rows / 10)}\t{rows}\t{rows}\n", answer);
    }

    private static RecordBatch MixedBatch(CountingAllocator? memory, int rows) => new ModelArrays(memory).Batch(Mixed,
        [.. Enumerable.Range(0, rows).Select(i => new object?[]
        {
            (long)i, i % 10 == 0 ? null : new string('n', i % 300), (long)i, Enumerable.Repeat<object?>($"t{i % 700}", i % 3).ToArray(),
        })]);
}
