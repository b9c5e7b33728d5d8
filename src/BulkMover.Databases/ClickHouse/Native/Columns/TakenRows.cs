using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Rows of one column in another order.</summary>
internal static class TakenRows
{
    /// <summary>Copies the rows into memory that the block keeps.</summary>
    public static ArrayData Of(ArrayData data, ReadOnlySpan<int> rows, BlockWriter writer)
    {
        // The batch is a view of the array, which stays its owner's: it is not disposed.
        var column = new RecordBatch(
            new Schema([new Field("taken", data.DataType, nullable: true)], null), [ArrowArrayFactory.BuildArray(data)], data.Length);
        RecordBatch taken = BatchSelection.Take(column, rows, MemoryAllocator.Default.Value);
        writer.Keep(taken);
        return taken.Column(0).Data;
    }
}
