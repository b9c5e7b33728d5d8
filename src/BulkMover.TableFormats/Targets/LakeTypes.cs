using Apache.Arrow;
using BulkMover.Core.Types;

namespace BulkMover.TableFormats.Targets;

/// <summary>What becomes of types that no format keeps as they are.</summary>
internal static class LakeTypes
{
    /// <summary>In which way values arrive differently; null when they do not.</summary>
    public static string? Difference(Field field) => SourceType.RowName(field) switch
    {
        "null" => "The source has no type for it, only nulls; they arrive as nulls of text.",
        "variant" => "A variant arrives as JSON text.",
        "geometry" => "The values arrive as well-known binary (WKB); the column does not keep their reference system.",
        _ => null,
    };
}
