using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.ObjectStores.Requests;

/// <summary>How an object is cut into parts.</summary>
/// <param name="Bytes">Of each part but the last.</param>
/// <param name="MaxParts">As many as the store takes for an object.</param>
/// <param name="Held">As many as a writer has in memory at a time: one fills, the others are on their way.</param>
internal sealed record PartSize(int Bytes, int MaxParts, int Held = PartSize.UsuallyHeld)
{
    private const int UsuallyHeld = 5;

    /// <summary>Amazon takes no smaller ones but the last (Amazon S3, "Multipart upload limits").</summary>
    private const int Least = 5 * 1024 * 1024;

    /// <summary>Large enough that the time to the answer hardly counts, small enough that four of each of some objects fit into memory.</summary>
    public const int Usual = 8 * 1024 * 1024;

    /// <summary>What a writer holds at most that has no reason to hold less.</summary>
    public const long UsualWriterBytes = (long)UsuallyHeld * Usual;

    /// <summary>What a writer holds that is to hold so many bytes at most, but for one part.</summary>
    public static long WriterBytes(long most) => Math.Clamp(most, Least, UsualWriterBytes);

    /// <param name="writerBytes">What a writer may hold: one of <see cref="WriterBytes"/>.</param>
    /// <param name="most">Bytes of a part at most.</param>
    /// <param name="maxParts">As many as the store takes for an object.</param>
    public static PartSize Within(long writerBytes, int most, int maxParts)
    {
        int held = (int)Math.Min(writerBytes / Least, UsuallyHeld);
        return new PartSize((int)Math.Min(most, writerBytes / held), maxParts, held);
    }

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
