using Apache.Arrow;
using BenchmarkDotNet.Attributes;
using BulkMover.Core.Batches;

namespace BulkMover.Benchmarks;

/// <summary>A file to record batches: fetch and decode. Time and allocated bytes are of one row.</summary>
public class ParquetReaderBenchmarks : IDisposable
{
    private Lineitem lineitem = null!;

    [GlobalSetup]
    public async Task WriteFile()
    {
        lineitem = new Lineitem();
        Figures.SetBytesPerRow<ParquetReaderBenchmarks>((double)await Read() / Lineitem.Rows);
    }

    [Benchmark(OperationsPerInvoke = Lineitem.Rows)]
    public async Task<long> Read()
    {
        long bytes = 0;
        await foreach (RecordBatch batch in lineitem.ReadAsync())
        {
            using (batch) bytes += BatchMemory.Bytes(batch);
        }

        return bytes;
    }

    [GlobalCleanup]
    public void Dispose() => lineitem.Dispose();
}
