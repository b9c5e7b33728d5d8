using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Listings;

/// <summary>What a store's listing has a line for.</summary>
/// <param name="Key">Of an object, or the prefix that objects have in common, with the slash at its end.</param>
/// <param name="Object">Null for a prefix, and for what only stands for a directory.</param>
/// <param name="IsDirectory">True for a prefix.</param>
internal readonly record struct ListedEntry(string Key, StoredObject? Object, bool IsDirectory = false);
