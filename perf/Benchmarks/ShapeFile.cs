using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.Datasets.Lineitem;
using BulkMover.Datasets.Shapes;
using BulkMover.FileFormats.Parquet;
using BulkMover.ObjectStores.Local;
using ParquetSharp;

namespace BulkMover.Benchmarks;

/// <summary>One row group of a generated table, as a file that goes when this is disposed.</summary>
internal sealed class ShapeFile : IDisposable
{
    public const int Rows = 250_000;

    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("bulkmover-benchmarks-");

    public ShapeFile(string shape)
    {
        if (shape == "lineitem")
            LineitemWriter.Write(new LineitemOptions(Rows, 1, Compression.Snappy, Rows, 1, 0, FilePath), CancellationToken.None);
        else
            ShapesWriter.Write(FilePath, shape, Rows, new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None);
    }

    public static IEnumerable<string> Shapes => ["lineitem", "narrow-integers", "wide-floats", "few-texts", "long-texts", "lists"];

    private string FilePath => Path.Combine(directory.FullName, "rows.parquet");

    /// <summary>The caller disposes each batch.</summary>
    /// <param name="columns">Which; null for all.</param>
    public IAsyncEnumerable<RecordBatch> ReadAsync(IReadOnlyList<string>? columns) =>
        ParquetBatches.ReadAsync(new LocalObjectStore(), Location.Parse(FilePath), null, columns, CancellationToken.None);

    public void Dispose() => directory.Delete(recursive: true);
}
