using ParquetSharp;

namespace BulkMover.Datasets.Shapes;

/// <summary>Writes files of columns of one kind, in Snappy. Memory: one column of a row group.</summary>
public static class ShapesWriter
{
    private const int RowGroupRows = 250_000;

    public static IEnumerable<string> Shapes => ShapeColumns.All.Keys;

    /// <param name="path">The file to make.</param>
    /// <param name="shape">Which columns: one of <see cref="Shapes"/>.</param>
    /// <param name="rows">Rows in all; the first ones are the same however many there are.</param>
    /// <param name="metadata">Goes into the footer.</param>
    /// <param name="cancellationToken">Stops between two columns.</param>
    public static void Write(string path, string shape, long rows, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        IReadOnlyList<IShapeColumn> columns = ShapeColumns.All[shape];
        using var writer = new ParquetFileWriter(path, [.. columns.Select(column => column.Column)], Compression.Snappy, metadata);
        for (long first = 0; first < rows; first += RowGroupRows)
        {
            using RowGroupWriter group = writer.AppendRowGroup();
            for (int i = 0; i < columns.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                columns[i].Write(group, i, first, (int)Math.Min(RowGroupRows, rows - first));
            }
        }

        writer.Close();
    }
}
