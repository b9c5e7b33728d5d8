using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Log;

namespace BulkMover.TableFormats.Delta.Statistics;

/// <summary>Statistics as a struct in a checkpoint, <c>stats_parsed</c> (PROTOCOL.md, "Checkpoints").</summary>
internal sealed class StatisticsStruct(StructColumn stats, IReadOnlyList<Field> columns)
{
    private readonly NumberColumn rows = stats.Number("numRecords");
    private readonly BooleanColumn tightBounds = stats.Boolean("tightBounds");
    private readonly StructColumn min = stats.Struct("minValues");
    private readonly StructColumn max = stats.Struct("maxValues");
    private readonly StructColumn nulls = stats.Struct("nullCount");

    public FileStatistics? At(int row) => stats.IsNull(row)
        ? null
        : FileStatistics.Of(rows.At(row), tightBounds.At(row) ?? true, columns, column =>
            (ValueAt(min, column, row), ValueAt(max, column, row), nulls.Find(column.PhysicalName()) is Int64Array counts ? counts.GetValue(row) : null));

    /// <summary>Null when there is no value, or one of another type than the column: then it bounds nothing.</summary>
    private static Scalar? ValueAt(StructColumn values, Field column, int row)
    {
        object? value = (values.Find(column.PhysicalName()), column.DataType) switch
        {
            (Int8Array array, Int8Type) => (long?)array.GetValue(row),
            (Int16Array array, Int16Type) => (long?)array.GetValue(row),
            (Int32Array array, Int32Type) => (long?)array.GetValue(row),
            (Int64Array array, Int64Type) => array.GetValue(row),
            (FloatArray array, FloatType) => (double?)array.GetValue(row),
            (DoubleArray array, DoubleType) => array.GetValue(row),
            (Date32Array array, Date32Type) => (long?)array.GetValue(row),
            (TimestampArray { Data.DataType: TimestampType { Unit: TimeUnit.Microsecond } } array, TimestampType) => array.GetValue(row),
            (StringArray array, StringType) when array.IsValid(row) => array.GetBytes(row).ToArray(),
            _ => null,
        };
        return value is null ? null : new Scalar(column.DataType, value);
    }
}
