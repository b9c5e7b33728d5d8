using ParquetSharp;

namespace BulkMover.Datasets.Shapes;

/// <summary>A column that can write its values.</summary>
internal interface IShapeColumn
{
    Column Column { get; }

    /// <summary>Writes rows into the row group's next column.</summary>
    /// <param name="group">The row group.</param>
    /// <param name="number">The column's number in the file.</param>
    /// <param name="first">Number of the first row in the file.</param>
    /// <param name="rows">How many.</param>
    void Write(RowGroupWriter group, int number, long first, int rows);
}
