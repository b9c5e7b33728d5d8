using Apache.Arrow;
using BenchmarkDotNet.Attributes;
using BulkMover.Core.Batches;

namespace BulkMover.Benchmarks;

/// <summary>A file to record batches: fetch and decode. Time and allocated bytes are of one row.</summary>
public class ParquetReaderBenchmarks : IDisposable
{
    private ShapeFile file = null!;

    public static IEnumerable<string> Shapes => ShapeFile.Shapes;

    [ParamsSource(nameof(Shapes))]
    public string Shape { get; set; } = "";

    [GlobalSetup]
    public async Task WriteFile()
    {
        file = new ShapeFile(Shape);
        Figures.SetBytesPerRow<ParquetReaderBenchmarks>(Shape, (double)await Read() / ShapeFile.Rows);
    }

    [Benchmark(OperationsPerInvoke = ShapeFile.Rows)]
    public async Task<long> Read()
    {
        long bytes = 0;
        await foreach (RecordBatch batch in file.ReadAsync(columns: null))
        {
            using (batch) bytes += BatchMemory.Bytes(batch);
        }

        return bytes;
    }

    [GlobalCleanup]
    public void Dispose() => file.Dispose();
}
