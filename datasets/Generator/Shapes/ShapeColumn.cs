using BulkMover.Datasets.Lineitem;
using ParquetSharp;

namespace BulkMover.Datasets.Shapes;

/// <summary>A column of some type.</summary>
/// <param name="name">Its name.</param>
/// <param name="valueOf">Draws the value of a row from the row's own random numbers.</param>
internal sealed class ShapeColumn<T>(string name, Func<SplitMix64, T> valueOf) : IShapeColumn
{
    public Column Column { get; } = new Column<T>(name);

    public void Write(RowGroupWriter group, int number, long first, int rows)
    {
        var values = new T[rows];
        for (int i = 0; i < rows; i++) values[i] = valueOf(SplitMix64.Stream(number, first + i));
        using LogicalColumnWriter<T> writer = group.NextColumn().LogicalWriter<T>();
        writer.WriteBatch(values);
    }
}
