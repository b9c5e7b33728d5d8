using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// A variant (parquet-format VariantEncoding.md; Delta PROTOCOL.md, "Variant Data Type"; Iceberg spec, "Semi-structured Types") is its JSON
/// text (RFC 8259, without blanks) in a string column, in a field whose metadata names the canonical Arrow extension for JSON. Readers
/// mark such fields, targets look for the mark.
/// <list type="table">
/// <item><term>no variant: the row, the element or the member is null</term><description>a null, not a text</description></item>
/// <item><term>null</term><description><c>null</c></description></item>
/// <item><term>boolean</term><description><c>true</c>, <c>false</c></description></item>
/// <item><term>int8 to int64</term><description>digits: <c>-34</c></description></item>
/// <item><term>decimal</term><description>a number with all digits of its scale, never an exponent: <c>0.40</c></description></item>
/// <item><term>double</term><description>
/// a number of the fewest digits from which the same double is read, with a point or an exponent: <c>1.0</c>, <c>1E+20</c>. JSON has no numbers
/// that are not finite; they are the strings <c>"NaN"</c>, <c>"Infinity"</c>, <c>"-Infinity"</c>, as Jackson and Spark write them
/// </description></item>
/// <item><term>float</term><description>
/// the double that equals it: <c>0.10000000149011612</c>. JSON numbers are read as doubles (RFC 8259, section 6), and <c>0.1</c> would be read
/// as another number than was stored
/// </description></item>
/// <item><term>date</term><description><c>"2024-01-30"</c>; years outside 0 to 9999 with a sign and six digits or more</description></item>
/// <item><term>time</term><description><c>"12:33:54.123456"</c></description></item>
/// <item><term>timestamp</term><description>
/// <c>"2024-11-07T12:33:54.123456"</c>, nine digits for nanoseconds, and a <c>Z</c> behind an instant, which is in UTC
/// </description></item>
/// <item><term>binary</term><description>a string of Base64 (RFC 4648, section 4)</description></item>
/// <item><term>string</term><description>a string; escaped are the quote, the backslash and control characters, nothing else</description></item>
/// <item><term>uuid</term><description><c>"f24f9b64-81fa-49d1-b74e-8c09a6e31c56"</c></description></item>
/// <item><term>array</term><description>an array</description></item>
/// <item><term>object</term><description>an object, its names in the order of their UTF-8 bytes, however it is stored</description></item>
/// </list>
/// So the text does not tell a string from a date, time, UUID or binary of the same characters, nor an integer of one width from another.
/// </summary>
public static class VariantText
{
    // Arrow's canonical extension for the group that Parquet stores.
    private const string GroupExtension = "arrow.parquet.variant";

    /// <summary>Of the arrays.</summary>
    public static StringType Storage => StringType.Default;

    public static bool IsVariant(this Field field) => field.DataType is StringType && field.ExtensionName() == SourceType.JsonExtension;

    /// <summary>A copy of the field with this type and mark; other metadata stays.</summary>
    public static Field AsVariant(this Field field) => field.WithExtension(Storage, SourceType.JsonExtension);

    /// <summary>True for the group that a file stores a variant as, where the file says so.</summary>
    public static bool IsVariantGroup(this Field field) => field.DataType is StructType && field.ExtensionName() == GroupExtension;

    /// <summary>A copy of the field, a struct, with this mark.</summary>
    public static Field AsVariantGroup(this Field field) => field.WithExtension(field.DataType, GroupExtension);
}
