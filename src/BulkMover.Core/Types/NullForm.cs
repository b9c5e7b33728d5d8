namespace BulkMover.Core.Types;

/// <summary>How the target holds a null of a type.</summary>
public enum NullForm
{
    /// <summary>As <c>Nullable(T)</c>.</summary>
    Nullable,

    /// <summary>As <c>Nullable(T)</c>; where a dictionary of T is kept, as <c>LowCardinality(Nullable(T))</c>.</summary>
    NullableOrLowCardinality,

    /// <summary>Not at all: a null is an error, for an empty value would be something else (invariant 4).</summary>
    Refused,
}
