using System.Buffers;
using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Partitions;

namespace BulkMover.TableFormats.Iceberg.Schemas;

/// <summary>Reads default values (Iceberg spec, "Default values" and Appendix C, "JSON single-value serialization").</summary>
internal static class DefaultValue
{
    /// <summary>The value as <see cref="Scalar.Value"/> has it.</summary>
    /// <param name="json">The value, not null.</param>
    /// <param name="field">The field that has it.</param>
    /// <exception cref="Core.Errors.CorruptTableException">It is no value of the field's type.</exception>
    public static object Parse(MetadataNode json, Field field) => field.DataType switch
    {
        BooleanType => json.AsBool(),
        Int32Type => (long)json.AsInt(),
        Int64Type => json.AsLong(),
        FloatType => json.AsFloat(),
        DoubleType => json.AsDouble(),
        StringType => Encoding.UTF8.GetBytes(json.AsString()),
        Decimal128Type type => DecimalText.Unscaled(json.AsString(), type.Precision, type.Scale)
            ?? throw json.Wrong($"a decimal of {type.Precision} digits, {type.Scale} of them behind the point"),
        Date32Type => CalendarText.Days(json.AsString()) ?? throw json.Wrong("a date such as \"2017-11-16\""),
        Time64Type => CalendarText.TimeOfDay(json.AsString()) ?? throw json.Wrong("a time such as \"22:31:08.123456\""),
        TimestampType type => Timestamp(json, type),
        _ when field.IsUuid() => Guid.TryParseExact(json.AsString(), "D", out Guid uuid)
            ? uuid.ToByteArray(bigEndian: true)
            : throw json.Wrong("a UUID such as \"f79c3e09-677c-4bbd-a479-3f349cb785e7\""),
        FixedSizeBinaryType type => Bytes(json) is { } bytes && bytes.Length == type.ByteWidth ? bytes : throw json.Wrong($"{type.ByteWidth} bytes in hex"),
        BinaryType => Bytes(json) ?? throw json.Wrong("bytes in hex"),
        StructType type => Struct(json, type),
        _ => throw json.Wrong("null, as the field has a type without other defaults"),
    };

    private static object Timestamp(MetadataNode json, TimestampType type)
    {
        string text = json.AsString();
        bool isInstant = type.Timezone is not null;
        int time = text.IndexOf('T', StringComparison.Ordinal);
        bool hasZone = time > 0 && text.AsSpan(time).IndexOfAny("+-Z") > 0;
        return (hasZone == isInstant ? CalendarText.Ticks(text, type.Unit == TimeUnit.Nanosecond ? 9 : 6, isInstant) : null)
            ?? throw json.Wrong(isInstant
                ? "a timestamp with an offset such as \"2017-11-16T22:31:08.123456+00:00\""
                : "a timestamp without an offset such as \"2017-11-16T22:31:08.123456\"");
    }

    private static byte[]? Bytes(MetadataNode json)
    {
        string text = json.AsString();
        byte[] bytes = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done ? bytes : null;
    }

    /// <summary>"The default stored for a nested struct may be either null or a non-null struct with no field values."</summary>
    private static StructDefault Struct(MetadataNode json, StructType type)
    {
        if (json.Members().Any())
            throw json.Wrong("an empty object: the defaults of a struct's fields stand at the fields");
        return type.Fields.FirstOrDefault(member => !member.IsNullable && member.InitialDefault() is null) is { } lacking
            ? throw json.Wrong($"null, as the required field '{lacking.Name}' has no default")
            : StructDefault.Instance;
    }
}
