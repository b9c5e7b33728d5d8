using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The error for a null where the target holds none.</summary>
internal static class NullRefusal
{
    public static SlotException In(MappedType type, int slot) => type.Row.Nulls == NullForm.Refused
        ? new SlotException(slot, "clickhouse.null_list", type.Path,
            $"It is null, and ClickHouse's {type.TargetType} has no null; an empty one would be something else.",
            $"Copy the other rows with --where \"{Column(type)} is not null\", or leave the column out with --columns.")
        : new SlotException(slot, "clickhouse.null_refused", type.Path,
            $"It is null, and the type that it is written as, {type.TargetType}, holds no nulls.",
            $"Copy the other rows with --where \"{Column(type)} is not null\", or leave the column out with --columns.");

    /// <summary>Refuses a slot without a value of the dictionary, unless the struct around it is null.</summary>
    public static void ThrowIfAny(MappedType type, ReadOnlySpan<int> indices, Validity parent)
    {
        for (int slot = 0; slot < indices.Length; slot++)
        {
            if (indices[slot] == DictionaryIndices.Null && parent.HoldsValue(slot))
                throw In(type, slot);
        }
    }

    private static string Column(MappedType type) => type.Path.Split('.')[0];
}
