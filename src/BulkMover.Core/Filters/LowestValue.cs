using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>A value that nothing of the type is below, so that <c>column &lt; lowest</c> is never true and unknown for null.</summary>
internal static class LowestValue
{
    public static Scalar Of(IArrowType type) => type switch
    {
        FloatingPointType => new Scalar(type, double.NegativeInfinity),
        Date32Type or Time32Type => new Scalar(type, (long)int.MinValue),
        Date64Type or Time64Type or TimestampType => new Scalar(type, long.MinValue),
        _ when NumberBounds.Of(type) is { } bounds => NumberBounds.ToScalar(type, bounds.Min),
        _ => throw new InvalidOperationException($"{type.Name} has no lowest value."),
    };
}
