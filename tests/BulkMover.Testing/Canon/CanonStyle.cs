using System.Collections.Frozen;

namespace BulkMover.Testing.Canon;

/// <summary>How the engines that answered print some columns otherwise than canon-1 says. The default is canon-1 itself.</summary>
public sealed record CanonStyle
{
    /// <summary>Nanosecond timestamps with a time zone are cut to microseconds.</summary>
    public bool InstantsInMicroseconds { get; init; }

    /// <summary>Timestamps with a time zone have no Z.</summary>
    public bool InstantsWithoutZone { get; init; }

    /// <summary>All timestamps have nine digits.</summary>
    public bool TimestampsInNanoseconds { get; init; }

    /// <summary>A null list or map is printed as an empty one, a null struct as one whose fields are null.</summary>
    public bool NestedIsNeverNull { get; init; }

    /// <summary>Structs of three numbers without a sign are intervals: <c>"177m0d0us"</c>.</summary>
    public bool IntervalsAsText { get; init; }

    /// <summary>Variants are printed as the strings that hold their JSON text.</summary>
    public bool VariantsAsText { get; init; }

    /// <summary>Whole numbers of 64 bits without a sign are printed as decimals are.</summary>
    public bool UnsignedLongsAsDecimals { get; init; }

    /// <summary>Top-level columns whose numbers and booleans are printed as strings.</summary>
    public IReadOnlySet<string> TextColumns { get; init; } = FrozenSet<string>.Empty;
}
