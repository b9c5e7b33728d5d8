namespace BulkMover.Core.Types;

/// <summary>The values that fit, both ends included, in the source type's own unit.</summary>
/// <param name="Min">Least value.</param>
/// <param name="Max">Greatest value.</param>
/// <param name="Text">The same for people: <c>1900-01-01 to 2299-12-31</c>.</param>
public sealed record ValueRange(long Min, long Max, string Text);
