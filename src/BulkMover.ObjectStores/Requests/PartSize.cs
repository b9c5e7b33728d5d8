using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>How an object is cut into parts.</summary>
/// <param name="Bytes">Of each part but the last.</param>
/// <param name="MaxParts">As many as the store takes for an object.</param>
internal sealed record PartSize(int Bytes, int MaxParts)
{
    /// <summary>Large enough that the time to the answer hardly counts, small enough that four of each of some objects fit into memory.</summary>
    public const int Usual = 8 * 1024 * 1024;

    /// <summary>Larger parts, if the object would have too many.</summary>
    /// <param name="location">The object.</param>
    /// <param name="knownBytes">Its length; null when it is not known.</param>
    /// <exception cref="InvalidInputException">The store takes no object as long as that.</exception>
    public PartSize For(Location location, long? knownBytes)
    {
        if (knownBytes is not { } bytes || bytes <= (long)Bytes * MaxParts)
            return this;
        long needed = ((bytes - 1) / MaxParts) + 1;
        return needed <= Array.MaxLength ? this with { Bytes = (int)needed } : throw TooLarge(location);
    }

    public static InvalidInputException TooLarge(Location location) => new("store.object_too_large",
        $"'{location}' becomes larger than the store takes in parts. Write smaller files.");
}
