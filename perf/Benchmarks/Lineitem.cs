using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.Datasets.Lineitem;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using ParquetSharp;

namespace BulkMover.Benchmarks;

/// <summary>One row group of the generated table, as a file that goes when this is disposed.</summary>
internal sealed class Lineitem : IDisposable
{
    public const int Rows = 1_000_000;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-benchmarks-");

    public Lineitem() =>
        LineitemWriter.Write(new LineitemOptions(Rows, 1, Compression.Snappy, Rows, 1, 0, FilePath), CancellationToken.None);

    private string FilePath => Path.Combine(directory.FullName, "lineitem.parquet");

    /// <summary>The caller disposes each batch.</summary>
    public IAsyncEnumerable<RecordBatch> ReadAsync() =>
        ParquetBatches.ReadAsync(new LocalObjectStore(), Location.Parse(FilePath), null, null, CancellationToken.None);

    public void Dispose() => directory.Delete(recursive: true);
}
