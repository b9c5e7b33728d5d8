using System.Collections.Frozen;

namespace BulkMover.Testing.Canon;

/// <summary>How the engines that answered print some columns otherwise than canon-1 says. The default is canon-1 itself.</summary>
public sealed record CanonStyle
{
    /// <summary>Nanosecond timestamps with a time zone are cut to microseconds.</summary>
    public bool InstantsInMicroseconds { get; init; }

    /// <summary>Timestamps with a time zone have no Z.</summary>
    public bool InstantsWithoutZone { get; init; }

    /// <summary>Structs of three numbers without a sign are intervals: <c>"177m0d0us"</c>.</summary>
    public bool IntervalsAsText { get; init; }

    /// <summary>Top-level columns whose numbers and booleans are printed as strings.</summary>
    public IReadOnlySet<string> TextColumns { get; init; } = FrozenSet<string>.Empty;
}
