using BulkMover.Core.Types;

namespace BulkMover.Core.Filters;

/// <summary>A literal as a column's type sees it.</summary>
/// <param name="Value">The greatest value of the type that is not above the literal; null when the literal is below all values.</param>
/// <param name="IsExact">True when <paramref name="Value"/> is the literal itself.</param>
internal readonly record struct FloorLiteral(Scalar? Value, bool IsExact);
