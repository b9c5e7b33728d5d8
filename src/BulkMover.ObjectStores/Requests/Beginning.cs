namespace BulkMover.ObjectStores.Requests;

/// <summary>
/// The first bytes of an object, which are asked for where its length is not known: that is learned by them, and of small objects (metadata, manifest
/// lists, hints) nothing else is left to read.
/// </summary>
/// <param name="bytes">From the first one on; none where they were not asked for.</param>
internal readonly struct Beginning(ReadOnlyMemory<byte> bytes)
{
    /// <summary>To send so much takes no longer than a round trip; most metadata is smaller.</summary>
    public const int MostBytes = 256 * 1024;

    /// <summary>Fills what it has of a range that the object has.</summary>
    /// <returns>How many bytes of the range need not be asked for.</returns>
    public int CopyTo(long offset, Span<byte> destination)
    {
        int known = (int)Math.Clamp(bytes.Length - offset, 0, destination.Length);
        if (known > 0)
            bytes.Span.Slice((int)offset, known).CopyTo(destination);
        return known;
    }
}
