using Apache.Arrow.Ipc;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace BulkMover.Throughput.Decoded;

/// <summary>Reads all rows of a Parquet file by ParquetSharp alone, as its users do: record batches of Arrow C++, on one thread.</summary>
internal static class ParquetSharpRead
{
    public static async Task<DecodedRead> MeasureAsync(string file, CancellationToken cancellationToken)
    {
        double start = DecodedRead.CpuNow();
        long rows = 0;
        using (ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties())
        using (ArrowReaderProperties arrow = ArrowReaderProperties.GetDefault())
        {
            arrow.UseThreads = false;
            using var reader = new FileReader(file, properties, arrow);
            using IArrowArrayStream batches = reader.GetRecordBatchReader();
            while (await batches.ReadNextRecordBatchAsync(cancellationToken) is { } batch)
            {
                using (batch)
                    rows += batch.Length;
            }
        }

        return new DecodedRead(rows, DecodedRead.CpuNow() - start, null);
    }
}
