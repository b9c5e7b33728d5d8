using Apache.Arrow;
using BenchmarkDotNet.Attributes;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native;

namespace BulkMover.Benchmarks;

/// <summary>Record batches to Native blocks. Time and allocated bytes are of one row.</summary>
public class NativeEncoderBenchmarks
{
    private readonly List<RecordBatch> batches = [];
    private NativeEncoder encoder = null!;

    public static IEnumerable<string> Shapes => ShapeFile.Shapes;

    [ParamsSource(nameof(Shapes))]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public async Task ReadBatches()
    {
        using var file = new ShapeFile(Shape);
        // ClickHouse's arrays are never null, and the encoder refuses such rows: one column of the lists has some.
        await foreach (RecordBatch batch in file.ReadAsync(Shape == "lists" ? ["longs", "tags", "lists"] : null)) batches.Add(batch);
        var calendar = new CalendarSupport(WideDates: false, WideTimestamps: true);
        encoder = new NativeEncoder([.. batches[0].Schema.FieldsList.Select(field => TargetColumn.Of(field, calendar))]);
        Figures.SetBytesPerRow<NativeEncoderBenchmarks>(Shape, (double)Encode() / ShapeFile.Rows);
    }

    [Benchmark(OperationsPerInvoke = ShapeFile.Rows)]
    public long Encode()
    {
        long bytes = 0;
        foreach (RecordBatch batch in batches)
        {
            // The encoder takes its batch over; this one shares the memory of ours.
            using NativeBlock block = encoder.Encode(BatchProjection.KeepAll(batch));
            bytes += block.Bytes;
        }

        return bytes;
    }

    [GlobalCleanup]
    public void DisposeBatches()
    {
        foreach (RecordBatch batch in batches) batch.Dispose();
    }
}
