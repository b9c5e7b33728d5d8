using Apache.Arrow.Types;

namespace BulkMover.Core.Types;

/// <summary>
/// One typed value at rest: a partition value, a bound, a literal of <c>--where</c>. Never one per row.
/// </summary>
/// <param name="Type">The Arrow type.</param>
/// <param name="Value">
/// Null, or by type: boolean → <see cref="bool"/>; signed integers, unsigned up to 32 bits, dates (in the type's unit since 1970),
/// times and timestamps (in the type's unit) → <see cref="long"/>; uint64 → <see cref="ulong"/>; half, float, double →
/// <see cref="double"/>; decimals → <see cref="System.Numerics.BigInteger"/>, unscaled, at the type's scale; string (UTF-8), binary, fixed
/// binary, uuid (big-endian) → <see cref="byte"/>[]; struct → <see cref="StructDefault"/>, as a default only.
/// </param>
public sealed record Scalar(IArrowType Type, object? Value)
{
    public bool IsNull => Value is null;
}
