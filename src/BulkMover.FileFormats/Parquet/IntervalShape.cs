using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Parquet;

/// <summary>
/// Intervals: months, days and milliseconds, each without a sign, in four bytes (LogicalTypes.md, "INTERVAL"). They are three numbers, for a
/// month has no fixed number of days, nor a day of milliseconds; Arrow's own interval has signs and nanoseconds.
/// </summary>
internal sealed class IntervalShape : ColumnShape
{
    /// <summary>Length of a value.</summary>
    public const int Bytes = 12;

    public static StructType Type { get; } = new(
    [
        new Field("months", UInt32Type.Default, nullable: false),
        new Field("days", UInt32Type.Default, nullable: false),
        new Field("milliseconds", UInt32Type.Default, nullable: false),
    ]);

    /// <summary>Whether the table has this very type: intervals are read as nothing else.</summary>
    public static bool Fits(IArrowType type) => type is StructType other && other.Fields.Count == Type.Fields.Count
        && other.Fields.Zip(Type.Fields).All(pair => pair.First.Name == pair.Second.Name && pair.First.DataType is UInt32Type);

    public override ArrayData Apply(ArrayData source, TakenBuffers buffers)
    {
        ReadOnlySpan<byte> from = source.Length == 0 ? [] : source.Buffers[1].Span[checked(source.Offset * Bytes)..];
        var parts = new ArrayData[Type.Fields.Count];
        for (int part = 0; part < parts.Length; part++)
        {
            ArrowBuffer values = buffers.Allocate(checked(source.Length * sizeof(uint)), out Span<byte> bytes);
            Span<uint> to = MemoryMarshal.Cast<byte, uint>(bytes);
            for (int i = 0; i < to.Length; i++)
                to[i] = BinaryPrimitives.ReadUInt32LittleEndian(from[((i * Bytes) + (part * sizeof(uint)))..]);
            parts[part] = new ArrayData(UInt32Type.Default, source.Length, 0, 0, [ArrowBuffer.Empty, values], children: null);
        }

        return new ArrayData(Type, source.Length, source.GetNullCount(), 0, [Validity.AtZero(source, buffers)], parts);
    }
}
