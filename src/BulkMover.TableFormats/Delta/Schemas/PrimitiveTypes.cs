using System.Globalization;
using System.Text.RegularExpressions;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>The Arrow types of primitive types (PROTOCOL.md, "Primitive Types").</summary>
internal static partial class PrimitiveTypes
{
    /// <summary>Null when the name has no equal.</summary>
    public static IArrowType? Find(string name) => name switch
    {
        "string" => StringType.Default,
        "long" => Int64Type.Default,
        "integer" => Int32Type.Default,
        "short" => Int16Type.Default,
        "byte" => Int8Type.Default,
        "float" => FloatType.Default,
        "double" => DoubleType.Default,
        "boolean" => BooleanType.Default,
        // Spark's type of a column that has only nulls. Files do not have it.
        "void" => NullType.Default,
        "binary" => BinaryType.Default,
        "date" => Date32Type.Default,
        "timestamp" => new TimestampType(TimeUnit.Microsecond, "UTC"),
        "timestamp_ntz" => new TimestampType(TimeUnit.Microsecond, (string?)null),
        "decimal" => new Decimal128Type(10, 0),
        _ => ReadDecimal(name),
    };

    private static Decimal128Type? ReadDecimal(string name)
    {
        Match match = DecimalName().Match(name);
        return match.Success
            && int.TryParse(match.Groups["precision"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int precision)
            && int.TryParse(match.Groups["scale"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int scale)
            && precision is >= 1 and <= 38 && scale <= precision
            ? new Decimal128Type(precision, scale)
            : null;
    }

    [GeneratedRegex(@"^decimal\(\s*(?<precision>\d{1,2})\s*,\s*(?<scale>\d{1,2})\s*\)$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex DecimalName();
}
