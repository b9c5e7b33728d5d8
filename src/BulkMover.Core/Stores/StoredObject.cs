namespace BulkMover.Core.Stores;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Modified">When it was last written; null when the store does not say. Tells a rewritten file of equal length apart.</param>
public sealed record StoredObject(Location Location, long Bytes, DateTimeOffset? Modified = null);
