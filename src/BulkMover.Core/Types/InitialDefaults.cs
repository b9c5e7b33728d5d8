using System.Globalization;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// The value that a field has in all rows that were written before it was added (Iceberg spec, "Default values", <c>initial-default</c>).
/// Kept in Arrow field metadata, at every level of the schema, as text that only this class reads.
/// </summary>
public static class InitialDefaults
{
    private const string Key = "BULKMOVER:initial_default";

    /// <summary>
    /// The value, of the field's type; null when it is null. That of a struct says only that it is there: its members have their own.
    /// </summary>
    public static Scalar? InitialDefault(this Field field) =>
        field.HasMetadata && field.Metadata.TryGetValue(Key, out string? text) ? new Scalar(field.DataType, Read(text, field.DataType)) : null;

    /// <summary>A copy of the field that carries the value.</summary>
    /// <param name="field">The field.</param>
    /// <param name="value">As in <see cref="Scalar.Value"/>, not null.</param>
    public static Field WithInitialDefault(this Field field, object value)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = Write(value);
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }

    /// <summary>A copy of the field that carries none.</summary>
    public static Field WithoutInitialDefault(this Field field) => !field.HasMetadata ? field
        : new Field(field.Name, field.DataType, field.IsNullable, field.Metadata.Where(item => item.Key != Key).ToDictionary(item => item.Key, item => item.Value, StringComparer.Ordinal));

    private static string Write(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static object Read(string text, IArrowType type) => type switch
    {
        BooleanType => bool.Parse(text),
        FloatType or DoubleType => double.Parse(text, CultureInfo.InvariantCulture),
        // Before FixedSizeBinaryType, from which decimals derive.
        Decimal128Type => BigInteger.Parse(text, CultureInfo.InvariantCulture),
        StringType or BinaryType or FixedSizeBinaryType => Convert.FromHexString(text),
        StructType => StructDefault.Instance,
        _ => long.Parse(text, CultureInfo.InvariantCulture),
    };
}

/// <summary>The value of a struct that is there and whose members have their defaults.</summary>
public sealed class StructDefault
{
    private StructDefault()
    {
    }

    public static StructDefault Instance { get; } = new();
}
