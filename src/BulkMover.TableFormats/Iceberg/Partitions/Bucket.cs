using System.Buffers.Binary;
using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Filters;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>The bucket transform (Iceberg spec, "Bucket Transform Details" and Appendix B).</summary>
internal static class Bucket
{
    /// <summary>
    /// False only when the filter asks for values of a column that all lie in other buckets than those given.
    /// </summary>
    /// <param name="filter">What is asked.</param>
    /// <param name="buckets">For a column that is bucketed: its type, the number of buckets and this file's bucket; null for others.</param>
    public static bool MightMatch(Filter filter, Func<string, (IArrowType Column, int Buckets, long Bucket)?> buckets) => filter switch
    {
        Filter.And and => MightMatch(and.Left, buckets) && MightMatch(and.Right, buckets),
        Filter.Or or => MightMatch(or.Left, buckets) || MightMatch(or.Right, buckets),
        Filter.Comparison { Operator: ComparisonOperator.Equal } leaf => MightHold(buckets(leaf.Column), leaf.Literal),
        Filter.In leaf => leaf.Literals.Any(literal => MightHold(buckets(leaf.Column), literal)),
        _ => true,
    };

    /// <summary>The 32-bit hash of a value of the column's type; null when the literal is of another type or the type has no buckets.</summary>
    public static int? Hash(IArrowType column, Scalar literal) => (column, literal.Type, literal.Value) switch
    {
        (Int32Type or Int64Type, Int32Type or Int64Type, long value) => HashLong(value),
        (Date32Type, Date32Type, long days) => HashLong(days),
        (Time64Type { Unit: var unit }, Time64Type other, long time) when other.Unit == unit => HashTime(unit, time),
        (TimestampType { Unit: var unit }, TimestampType other, long time) when other.Unit == unit => HashTime(unit, time),
        (Decimal128Type { Scale: var scale }, Decimal128Type other, BigInteger unscaled) when other.Scale == scale =>
            Murmur3.Hash(unscaled.ToByteArray(isBigEndian: true)),
        (StringType or BinaryType or FixedSizeBinaryType, StringType or BinaryType or FixedSizeBinaryType, byte[] bytes) => Murmur3.Hash(bytes),
        _ => null,
    };

    private static bool MightHold((IArrowType Column, int Buckets, long Bucket)? place, Scalar literal) =>
        place is not { } known || Hash(known.Column, literal) is not { } hash || (hash & int.MaxValue) % known.Buckets == known.Bucket;

    /// <summary>Nanoseconds are hashed as microseconds (Appendix B, note 3).</summary>
    private static int? HashTime(TimeUnit unit, long time) => unit switch
    {
        TimeUnit.Microsecond => HashLong(time),
        TimeUnit.Nanosecond => HashLong((long)Math.Floor(time / 1000m)),
        _ => null,
    };

    /// <summary>The hash of integers, dates, and times in microseconds.</summary>
    public static int HashLong(long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Murmur3.Hash(bytes);
    }
}
