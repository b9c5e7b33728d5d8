using Apache.Arrow;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;
using BulkMover.Core.Stores;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;
using BulkMover.FileFormats.Parquet.Writing;
using Xunit;

namespace BulkMover.Datasets.Tests.Allocations;

/// <summary>Work that is done for every row of a copy.</summary>
internal static class HotPaths
{
    /// <summary>The first rounds compile, in stages, and fill pools. Of the others the least counts: what is made again each time is in all of them.</summary>
    private const int WarmUps = 4, Rounds = 5;

    public static IReadOnlyList<string> Shapes { get; } = ["narrow-integers", "wide-floats", "few-texts", "long-texts", "lists", "lineitem"];

    /// <returns>Managed bytes that a row of the shape costs, by path.</returns>
    public static async Task<IReadOnlyDictionary<string, double>> MeasureAsync(string shape, CancellationToken stopping)
    {
        using var table = new HotTable(shape, stopping);
        var batches = new List<RecordBatch>();
        await table.DecodeAsync(batches.Add, stopping);
        try
        {
            return new Dictionary<string, double>(StringComparer.Ordinal)
            {
                [$"decode {shape}"] = await LeastAsync(() => table.DecodeAsync(batch => batch.Dispose(), stopping)),
                [$"encode {shape}"] = await LeastAsync(Encoding(batches)),
                [$"write {shape}"] = await WriteAsync(batches, stopping),
                [$"hash {shape}"] = await LeastAsync(Hashing(batches)),
            };
        }
        finally
        {
            batches.ForEach(batch => batch.Dispose());
        }
    }

    private static async Task<double> LeastAsync(Func<Task<long>> measure)
    {
        long least = long.MaxValue;
        for (int round = -WarmUps; round < Rounds; round++)
        {
            long allocated = await measure();
            least = round < 0 ? least : Math.Min(least, allocated);
        }

        return (double)least / HotTable.Rows;
    }

    private static Func<Task<long>> Encoding(List<RecordBatch> batches)
    {
        var calendar = new CalendarSupport(WideDates: false, WideTimestamps: true);
        Schema schema = batches[0].Schema;
        // ClickHouse's arrays are never null, and the encoder refuses such rows.
        int[] columns = [.. Enumerable.Range(0, schema.FieldsList.Count).Where(i => schema.GetFieldByIndex(i).Name != "doubles")];
        var encoder = new NativeEncoder([.. columns.Select(i => TargetColumn.Of(schema.GetFieldByIndex(i), calendar))]);
        return () => Task.FromResult(batches.Sum(batch =>
        {
            // The encoder takes its batch over; this one shares the memory of ours.
            RecordBatch shared = BatchProjection.Select(batch, columns);
            long before = GC.GetAllocatedBytesForCurrentThread();
            encoder.Encode(shared).Dispose();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    private static Func<Task<long>> Hashing(List<RecordBatch> batches)
    {
        ulong[] rows = new ulong[batches.Max(batch => batch.Length)];
        return () => Task.FromResult(batches.Sum(batch =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            BatchHash.Of(batch, rows.AsSpan(0, batch.Length));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));
    }

    /// <summary>Row groups of one file, each of all rows.</summary>
    private static async Task<double> WriteAsync(List<RecordBatch> batches, CancellationToken stopping)
    {
        await using var writer = new ParquetFileWriter(new Sink(), Location.OnDisk("/rows.parquet"), batches[0].Schema, new ParquetWriteOptions());
        return await LeastAsync(() =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            Task written = writer.WriteRowGroupAsync(batches, stopping);
            long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // Else another thread would have done part of it, uncounted.
            Assert.True(written.IsCompletedSuccessfully);
            return Task.FromResult(allocated);
        });
    }

    /// <summary>Takes bytes at once and forgets them.</summary>
    private sealed class Sink : IObjectWriter
    {
        public long Length { get; private set; }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Length += bytes.Length;
            return ValueTask.CompletedTask;
        }

        public Task CompleteAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
