using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>
/// INT96 timestamps: nanoseconds of the day in eight bytes, then the Julian day in four (as Hive, Impala and Spark write them; the
/// specification only says that the type is deprecated). Nanoseconds may lie outside one day.
/// </summary>
internal sealed class Int96Shape(TimestampType type, ShapeContext context) : ColumnShape
{
    /// <summary>The Julian day of 1970-01-01.</summary>
    private const int EpochDay = 2_440_588;

    private const long NanosecondsPerDay = 86_400_000_000_000;

    private readonly long nanosecondsPerUnit = type.Unit switch
    {
        TimeUnit.Second => 1_000_000_000,
        TimeUnit.Millisecond => 1_000_000,
        TimeUnit.Microsecond => 1_000,
        _ => 1,
    };

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<byte> from = source.Length == 0 ? [] : source.Buffers[1].Span[checked(source.Offset * ImageSchema.Int96Bytes)..];
        ArrowBuffer values = buffers.Allocate(checked(source.Length * sizeof(long)), out Span<byte> bytes);
        Span<long> to = MemoryMarshal.Cast<byte, long>(bytes);
        for (int i = 0; i < to.Length; i++)
        {
            ReadOnlySpan<byte> value = from.Slice(i * ImageSchema.Int96Bytes, ImageSchema.Int96Bytes);
            if (!TryConvert(value, out to[i]) && Validity.IsValid(source, i))
                throw context.OutOfRange(Convert.ToHexString(value), type);
        }

        return new ArrayData(type, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers), values], children: null);
    }

    private bool TryConvert(ReadOnlySpan<byte> value, out long result)
    {
        long nanosecondsOfDay = BinaryPrimitives.ReadInt64LittleEndian(value);
        long day = BinaryPrimitives.ReadInt32LittleEndian(value[sizeof(long)..]) - (long)EpochDay;
        Int128 nanoseconds = ((Int128)day * NanosecondsPerDay) + nanosecondsOfDay;
        (Int128 units, Int128 rest) = Int128.DivRem(nanoseconds, nanosecondsPerUnit);
        result = (long)units;
        return rest == 0 && result == units;
    }
}
