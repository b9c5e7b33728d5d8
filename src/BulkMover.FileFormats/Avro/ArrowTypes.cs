using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Types;

namespace BulkMover.FileFormats.Avro;

/// <summary>
/// The Arrow schema that the records of a file are read as (Iceberg spec, Appendix A, "Avro"; Avro specification, "Logical Types"). Types
/// that are not read become null; <see cref="Columns.ColumnCompiler"/> refuses them where they are wanted.
/// </summary>
internal sealed class ArrowTypes
{
    /// <summary>Types refer to others by name, so a small schema can stand for more columns than there is memory.</summary>
    private const int MaxTypes = 200_000;

    private readonly string file;
    private int types;

    private ArrowTypes(string file) => this.file = file;

    /// <exception cref="CorruptTableException">The file does not hold records.</exception>
    /// <exception cref="UnsupportedFeatureException">The schema is too large.</exception>
    public static Schema Of(AvroType record, string file) => record.Kind == AvroKind.Record
        ? new Schema(new ArrowTypes(file).Fields(record), null)
        : throw new CorruptTableException("avro.schema_invalid", $"'{file}' does not hold records but values of type {record.Kind.ToString().ToLowerInvariant()}.");

    private List<Field> Fields(AvroType record) => [.. record.Fields.Select(field => Named(field.Name, field.FieldId, field.Type))];

    private Field Named(string name, int? id, AvroType type)
    {
        if (++types > MaxTypes)
            throw new UnsupportedFeatureException("avro.schema_too_large", $"The Avro schema in '{file}' has more than {MaxTypes:N0} types, which is not read.");
        var option = AvroOption.Of(type);
        IArrowType arrow = Of(option.Value);
        var field = new Field(name, arrow, option.IsOptional || arrow is NullType);
        if (id is { } given)
            field = field.WithFieldId(given);
        return option.Value is { Kind: AvroKind.Fixed, LogicalType: "uuid", Size: 16 } ? field.AsUuid() : field;
    }

    private IArrowType Of(AvroType type) => type.Kind switch
    {
        AvroKind.Boolean => BooleanType.Default,
        AvroKind.Int => OfInt(type.LogicalType),
        AvroKind.Long => OfLong(type),
        AvroKind.Float => FloatType.Default,
        AvroKind.Double => DoubleType.Default,
        AvroKind.Bytes => Decimal(type) ?? (IArrowType)BinaryType.Default,
        AvroKind.String or AvroKind.Enum => StringType.Default,
        AvroKind.Fixed when type.Size > 0 => Decimal(type) ?? new FixedSizeBinaryType(type.Size),
        AvroKind.Array => AvroMaps.EntryOf(type) is { } entry
            ? new MapType(Named("key", entry.Fields[0].FieldId, entry.Fields[0].Type), Named("value", entry.Fields[1].FieldId, entry.Fields[1].Type))
            : new ListType(Named("element", type.ItemId, type.Items!)),
        AvroKind.Map => new MapType(Named("key", type.KeyId, AvroMaps.Key), Named("value", type.ItemId, type.Items!)),
        // Arrow has no structs without members.
        AvroKind.Record when type.Fields.Length > 0 => new StructType(Fields(type)),
        _ => NullType.Default,
    };

    private static IArrowType OfInt(string? logicalType) => logicalType switch
    {
        "date" => Date32Type.Default,
        "time-millis" => new Time32Type(TimeUnit.Millisecond),
        _ => Int32Type.Default,
    };

    private static IArrowType OfLong(AvroType type)
    {
        string? zone = type.IsAdjustedToUtc ? "UTC" : null;
        return type.LogicalType switch
        {
            "time-micros" => Time64Type.Microsecond,
            "timestamp-millis" => new TimestampType(TimeUnit.Millisecond, zone),
            "timestamp-micros" => new TimestampType(TimeUnit.Microsecond, zone),
            "timestamp-nanos" => new TimestampType(TimeUnit.Nanosecond, zone),
            "local-timestamp-millis" => new TimestampType(TimeUnit.Millisecond, (string?)null),
            "local-timestamp-micros" => new TimestampType(TimeUnit.Microsecond, (string?)null),
            "local-timestamp-nanos" => new TimestampType(TimeUnit.Nanosecond, (string?)null),
            _ => Int64Type.Default,
        };
    }

    /// <summary>Null for what is no valid decimal: invalid logical types are to be ignored ("Logical Types").</summary>
    private static FixedSizeBinaryType? Decimal(AvroType type) =>
        type is { LogicalType: "decimal", Precision: >= 1 and <= 76, Scale: >= 0 } && type.Scale <= type.Precision
            ? type.Precision <= 38 ? new Decimal128Type(type.Precision, type.Scale) : new Decimal256Type(type.Precision, type.Scale)
            : null;
}
