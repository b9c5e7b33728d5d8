using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Targets;

/// <summary>Reads the partition value of each row of one column of a batch, as bytes that are equal where the values are.</summary>
internal abstract class PartitionValues(ArrayData data)
{
    protected ArrayData Data => data;

    /// <param name="column">How the value comes from the column.</param>
    /// <param name="data">The column.</param>
    public static PartitionValues Of(PartitionColumn column, ArrayData data) => (column.Transform.Kind, data.DataType) switch
    {
        (TransformKind.Void, _) => new NoValues(data),
        (_, BooleanType) => new Bits(data),
        (TransformKind.Bucket, StringType or BinaryType) => new BytesBuckets(data, column.Transform.Parameter),
        (TransformKind.Bucket, FixedSizeBinaryType) => new FixedBuckets(data, column.Transform.Parameter),
        (_, StringType) => new Texts(data, column.Transform.Parameter),
        (_, BinaryType) => new Bytes(data, column.Transform.Parameter),
        (TransformKind.Truncate, Decimal128Type) => new TruncatedDecimals(data, column.Transform.Parameter),
        (TransformKind.Identity, FixedWidthType { BitWidth: var bits }) => new Fixed(data, bits / 8),
        _ => new Numbers(data, WholeNumber(column.Transform, data.DataType)),
    };

    public bool IsNull(int row) => data.Buffers[0].Length > 0 && !BitUtility.GetBit(data.Buffers[0].Span, data.Offset + row);

    /// <summary>Of a row that is not null.</summary>
    /// <param name="row">The row.</param>
    /// <param name="scratch">Of 16 bytes, for what is not in the column as such.</param>
    public abstract ReadOnlySpan<byte> Value(int row, Span<byte> scratch);

    /// <summary>What such bytes stand for (<see cref="Scalar.Value"/>).</summary>
    /// <param name="bytes">A value.</param>
    /// <param name="type">The partition column's.</param>
    public static Scalar ToScalar(ReadOnlySpan<byte> bytes, IArrowType type) => new(type, type switch
    {
        BooleanType => bytes[0] != 0,
        FloatType => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes),
        DoubleType => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
        Decimal128Type or Decimal256Type => new BigInteger(bytes),
        UInt64Type => BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        StringType or BinaryType or FixedSizeBinaryType => bytes.ToArray(),
        UInt8Type => (long)bytes[0],
        UInt16Type => (long)BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        UInt32Type => (long)BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        _ => Signed(bytes),
    });

    private static long Signed(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => (sbyte)bytes[0],
        2 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        4 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt64LittleEndian(bytes),
    };

    /// <summary>The partition value of a whole number, date or time; null where the transform or the type is of another kind.</summary>
    public static long? OfWholeNumber(Transform transform, IArrowType type, long value) => (transform.Kind, type) switch
    {
        (TransformKind.Identity, Int8Type or Int16Type or Int32Type or Int64Type or Date32Type or TimestampType or Time64Type) => value,
        (TransformKind.Year or TransformKind.Month or TransformKind.Day, Date32Type or TimestampType { Unit: TimeUnit.Microsecond or TimeUnit.Nanosecond }) or
        (TransformKind.Hour, TimestampType { Unit: TimeUnit.Microsecond or TimeUnit.Nanosecond }) or
        (TransformKind.Truncate or TransformKind.Bucket, Int32Type or Int64Type) => WholeNumber(transform, type).Transform(value),
        _ => null,
    };

    /// <summary>A transform of what is stored as a whole number, with a whole number as its result (Iceberg spec, "Partition Transforms").</summary>
    private static (Func<long, long> Transform, int ResultBytes) WholeNumber(Transform transform, IArrowType type)
    {
        long perMicrosecond = type is TimestampType { Unit: TimeUnit.Nanosecond } ? 1_000 : 1;
        long perDay = type is TimestampType ? 86_400_000_000 * perMicrosecond : 1;
        return transform.Kind switch
        {
            TransformKind.Day => (value => FloorDivide(value, perDay), sizeof(int)),
            TransformKind.Hour => (value => FloorDivide(value, 3_600_000_000 * perMicrosecond), sizeof(int)),
            TransformKind.Month => (value => Months(FloorDivide(value, perDay)), sizeof(int)),
            TransformKind.Year => (value => FloorDivide(Months(FloorDivide(value, perDay)), 12), sizeof(int)),
            // Appendix B, note 3: "nanosecond timestamps must be converted to microsecond precision before hashing".
            TransformKind.Bucket when perMicrosecond > 1 => (value => (Bucket.HashLong(FloorDivide(value, perMicrosecond)) & int.MaxValue) % transform.Parameter, sizeof(int)),
            TransformKind.Bucket => (value => (Bucket.HashLong(value) & int.MaxValue) % transform.Parameter, sizeof(int)),
            // Spec, "Truncate Transform Details": v - (v % W), with a remainder that is never negative.
            TransformKind.Truncate => (value => value - ((value % transform.Parameter + transform.Parameter) % transform.Parameter), ((FixedWidthType)type).BitWidth / 8),
            _ => throw new InvalidOperationException($"Transform {transform.Text} is not for {type.Name}."),
        };
    }

    private static long FloorDivide(long value, long by) => value / by - (value % by < 0 ? 1 : 0);

    /// <summary>Months from 1970-01 to the day's, in the proleptic Gregorian calendar.</summary>
    private static long Months(long days)
    {
        // Days from 0000-03-01, in eras of 400 years: leap days come last in such years.
        long shifted = days + 719_468, era = FloorDivide(shifted, 146_097), dayOfEra = shifted - era * 146_097;
        long yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        long dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        long monthFromMarch = (5 * dayOfYear + 2) / 153;
        return (era * 400 + yearOfEra - 1970) * 12 + monthFromMarch + 2;
    }

    private sealed class NoValues(ArrayData data) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch) => [];
    }

    private sealed class Bits(ArrayData data) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            scratch[0] = BitUtility.GetBit(Data.Buffers[1].Span, Data.Offset + row) ? (byte)1 : (byte)0;
            return scratch[..1];
        }
    }

    private sealed class Fixed(ArrayData data, int width) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch) => Data.Buffers[1].Span.Slice(checked((Data.Offset + row) * width), width);
    }

    private sealed class FixedBuckets(ArrayData data, int buckets) : PartitionValues(data)
    {
        private readonly int width = ((FixedSizeBinaryType)data.DataType).ByteWidth;

        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            ReadOnlySpan<byte> bytes = Data.Buffers[1].Span.Slice(checked((Data.Offset + row) * width), width);
            int hash = Data.DataType is Decimal128Type ? Murmur3.Hash(new BigInteger(bytes).ToByteArray(isBigEndian: true)) : Murmur3.Hash(bytes);
            BinaryPrimitives.WriteInt32LittleEndian(scratch, (hash & int.MaxValue) % buckets);
            return scratch[..sizeof(int)];
        }
    }

    private sealed class BytesBuckets(ArrayData data, int buckets) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            BinaryPrimitives.WriteInt32LittleEndian(scratch, (Murmur3.Hash(Data.BytesAt(row)) & int.MaxValue) % buckets);
            return scratch[..sizeof(int)];
        }
    }

    /// <param name="data">The column.</param>
    /// <param name="most">Characters to keep; 0 for all.</param>
    private sealed class Texts(ArrayData data, int most) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            ReadOnlySpan<byte> text = Data.BytesAt(row);
            if (most == 0 || text.Length <= most)
                return text;
            int characters = 0, end = 0;
            // A character begins at each byte that does not go on with one.
            for (; end < text.Length; end++)
            {
                if ((text[end] & 0xC0) != 0x80 && characters++ == most)
                    break;
            }

            return text[..end];
        }
    }

    private sealed class Bytes(ArrayData data, int most) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            ReadOnlySpan<byte> bytes = Data.BytesAt(row);
            return most == 0 || bytes.Length <= most ? bytes : bytes[..most];
        }
    }

    private sealed class TruncatedDecimals(ArrayData data, int width) : PartitionValues(data)
    {
        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            Int128 value = MemoryMarshal.Read<Int128>(Data.Buffers[1].Span.Slice(checked((Data.Offset + row) * 16), 16));
            MemoryMarshal.Write(scratch, value - ((value % width + width) % width));
            return scratch[..16];
        }
    }

    private sealed class Numbers(ArrayData data, (Func<long, long> Transform, int ResultBytes) how) : PartitionValues(data)
    {
        private readonly int width = ((FixedWidthType)data.DataType).BitWidth / 8;

        public override ReadOnlySpan<byte> Value(int row, Span<byte> scratch)
        {
            long value = Signed(Data.Buffers[1].Span.Slice(checked((Data.Offset + row) * width), width));
            BinaryPrimitives.WriteInt64LittleEndian(scratch, how.Transform(value));
            return scratch[..how.ResultBytes];
        }
    }
}
