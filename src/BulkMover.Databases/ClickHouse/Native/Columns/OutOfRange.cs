using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The error for a value that the target's type cannot hold.</summary>
internal static class OutOfRange
{
    /// <param name="slot">Slot of the value in its column.</param>
    /// <param name="type">The column.</param>
    /// <param name="values">Values of the source.</param>
    /// <param name="index">Index of the value in them.</param>
    public static SlotException At(int slot, MappedType type, ReadOnlySpan<byte> values, int index) => new(
        slot, "clickhouse.value_out_of_range", type.Path,
        $"{SourceValue.Describe(SourceType.Storage(type.Field.DataType), values, index)} does not fit into {type.TargetType}"
            + (type.Range is null ? "." : $", which holds {type.Range.Text}."),
        "Copy the other rows with --where, or leave the column out with --columns.");
}
