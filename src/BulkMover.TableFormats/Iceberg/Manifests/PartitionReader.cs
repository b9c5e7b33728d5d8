using System.Numerics;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Manifests;

/// <summary>Reads partition tuples: a record whose fields have the ids of the partition fields (Iceberg spec, "Manifests").</summary>
internal sealed class PartitionReader
{
    private readonly PartitionSpec spec;
    private readonly IArrowType?[] types;

    public PartitionReader(PartitionSpec spec, IcebergSchema schema)
    {
        this.spec = spec;
        types = [.. spec.Fields.Select(field => field.ResultType(schema))];
    }

    public IReadOnlyList<Scalar?> Read(ref AvroDecoder decoder, AvroType type)
    {
        AvroType record = decoder.ReadBranch(type);
        if (record.Kind == AvroKind.Null)
            return new Scalar?[types.Length];
        if (record.Kind != AvroKind.Record)
            throw decoder.Corrupt("a partition tuple (field 102) is not a record");

        var tuple = new Scalar?[types.Length];
        for (int index = 0; index < record.Fields.Length; index++)
        {
            AvroField field = record.Fields[index];
            int place = spec.PlaceOf(field.FieldId, index);
            if (place >= 0 && types[place] is { } wanted)
                tuple[place] = new Scalar(wanted, Checked(spec.Fields[place].Transform, ReadValue(ref decoder, field.Type, wanted), decoder));
            else
                decoder.Skip(field.Type);
        }

        return tuple;
    }

    /// <summary>"Bucket Transform Details": the remainder of a division by the number of buckets.</summary>
    private static object? Checked(Transform transform, object? value, AvroDecoder decoder) =>
        transform.Kind == TransformKind.Bucket && value is long bucket && (bucket < 0 || bucket >= transform.Parameter)
            ? throw decoder.Corrupt($"a partition value is bucket {bucket} by {transform.Text}")
            : value;

    private static object? ReadValue(ref AvroDecoder decoder, AvroType type, IArrowType wanted)
    {
        switch (wanted.TypeId)
        {
            case ArrowTypeId.Boolean:
                return decoder.ReadBoolean(type);
            case ArrowTypeId.Float or ArrowTypeId.Double:
                return decoder.ReadDouble(type);
            case ArrowTypeId.Int32 or ArrowTypeId.Date32:
                return (long?)decoder.ReadInt(type);
            case ArrowTypeId.Decimal128:
                return ReadBytes(ref decoder, type, longest: 16) is { } unscaled ? new BigInteger(unscaled, isBigEndian: true) : null;
            case ArrowTypeId.FixedSizedBinary:
                int width = ((FixedSizeBinaryType)wanted).ByteWidth;
                byte[]? value = ReadBytes(ref decoder, type, longest: width);
                return value is null || value.Length == width ? value : throw decoder.Corrupt($"a fixed({width}) has {value.Length} bytes");
            case ArrowTypeId.String or ArrowTypeId.Binary:
                return ReadBytes(ref decoder, type, longest: int.MaxValue);
            default:
                AvroType branch = decoder.ReadBranch(type);
                return branch.Kind == AvroKind.Int && wanted is TimestampType timestamp
                    ? ReadDate(ref decoder, branch, timestamp)
                    : decoder.ReadLong(branch);
        }
    }

    /// <summary>A date from before its column became a timestamp ("Schema Evolution"): it counts days.</summary>
    private static object ReadDate(ref AvroDecoder decoder, AvroType type, TimestampType timestamp)
    {
        int days = decoder.ReadInt(type)!.Value;
        Int128 instant = (Int128)days * (timestamp.Unit == TimeUnit.Nanosecond ? 86_400_000_000_000 : 86_400_000_000);
        return instant >= long.MinValue && instant <= long.MaxValue ? (long)instant : throw decoder.Corrupt($"a partition value is day {days}, which is no timestamp");
    }

    private static byte[]? ReadBytes(ref AvroDecoder decoder, AvroType type, int longest)
    {
        if (!decoder.TryReadBytes(type, out ReadOnlySpan<byte> value))
            return null;
        return value.Length <= longest ? value.ToArray() : throw decoder.Corrupt($"a partition value has {value.Length:N0} bytes");
    }
}
