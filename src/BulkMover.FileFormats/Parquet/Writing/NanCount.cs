using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.FileFormats.Parquet.Writing;

/// <summary>Counts the NaNs of a column: bounds leave them out, so nothing else tells readers that there are some, or that there are only those.</summary>
internal static class NanCount
{
    /// <returns>Of a column of this type without rows: 0 where NaN is a value of it, else null.</returns>
    public static long? OfNone(IArrowType type) => type is FloatType or DoubleType ? 0 : null;

    /// <returns>Null where NaN is no value of its type.</returns>
    public static long? Of(IArrowArray column) => column switch
    {
        FloatArray array => Count(array.Values, array),
        DoubleArray array => Count(array.Values, array),
        _ => null,
    };

    private static long Count<T>(ReadOnlySpan<T> values, Apache.Arrow.Array array)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long count = 0;
        int done = 0;
        for (; done <= values.Length - Vector<T>.Count; done += Vector<T>.Count)
        {
            // Most numbers are: of all kinds only NaN does not equal itself.
            var some = new Vector<T>(values[done..]);
            if (!Vector.EqualsAll(some, some))
                count += CountEach(values, array, done, done + Vector<T>.Count);
        }

        return count + CountEach(values, array, done, values.Length);
    }

    /// <summary>What stands in the slots of nulls may be anything.</summary>
    private static long CountEach<T>(ReadOnlySpan<T> values, Apache.Arrow.Array array, int from, int to)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        long count = 0;
        for (int slot = from; slot < to; slot++)
            count += T.IsNaN(values[slot]) && array.IsValid(slot) ? 1 : 0;
        return count;
    }
}
