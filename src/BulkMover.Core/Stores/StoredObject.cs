namespace BulkMover.Core.Stores;

/// <summary>An object as a listing shows it.</summary>
/// <param name="Location">Where it lies.</param>
/// <param name="Bytes">Its length.</param>
public sealed record StoredObject(Location Location, long Bytes);
