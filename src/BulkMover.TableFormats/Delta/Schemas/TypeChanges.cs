using System.Text.Json;
using Apache.Arrow.Types;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>
/// The type changes that a column went through. Files say themselves which type they hold, so only one thing is asked here: "Readers must
/// validate that they support all type changes … and fail when finding any unsupported type change." (PROTOCOL.md, "Type Widening").
/// </summary>
internal static class TypeChanges
{
    private const string Key = "delta.typeChanges";

    /// <summary>The first change that is not supported, in words; null when all are.</summary>
    /// <param name="metadata">The field's metadata; null when it has none.</param>
    /// <param name="path">The field with those above it.</param>
    public static string? FindUnsupported(JsonElement? metadata, string path)
    {
        if (metadata?.TryGetProperty(Key, out JsonElement changes) != true)
            return null;
        if (changes.ValueKind != JsonValueKind.Array)
            return $"column '{path}' has {Key} that are no list";

        foreach (JsonElement change in changes.EnumerateArray())
        {
            if (!(TypeOf(change, "fromType") is { } from && TypeOf(change, "toType") is { } to && IsSupported(from, to)))
                return $"column '{path}' was changed as in {change.GetRawText()}, which is no widening";
        }

        return null;
    }

    private static IArrowType? TypeOf(JsonElement change, string key) =>
        change.ValueKind == JsonValueKind.Object && change.TryGetProperty(key, out JsonElement type) && type.ValueKind == JsonValueKind.String
            ? PrimitiveTypes.Find(type.GetString()!)
            : null;

    /// <summary>The list of "Type Widening". There, digits and scale grow by k1 ≥ k2 ≥ 0: no digit before the point is lost, and none behind.</summary>
    private static bool IsSupported(IArrowType from, IArrowType to) => (from, to) switch
    {
        (Int8Type, Int16Type or Int32Type or Int64Type) or (Int16Type, Int32Type or Int64Type) or (Int32Type, Int64Type) => true,
        (FloatType or Int8Type or Int16Type or Int32Type, DoubleType) => true,
        (Date32Type, TimestampType { Timezone: null }) => true,
        (Decimal128Type a, Decimal128Type b) => b.Scale >= a.Scale && b.Precision - b.Scale >= a.Precision - a.Scale,
        (Int8Type or Int16Type or Int32Type, Decimal128Type b) => b.Precision - b.Scale >= 10,
        (Int64Type, Decimal128Type b) => b.Precision - b.Scale >= 20,
        _ => false,
    };
}
