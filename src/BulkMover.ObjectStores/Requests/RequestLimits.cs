namespace BulkMover.ObjectStores.Requests;

/// <summary>What a store may be asked at most, however many readers and writers there are.</summary>
/// <param name="MaxRequests">Requests at the same time.</param>
/// <param name="BytesPerSecond">Bytes of objects, both ways and all requests together; null for any number.</param>
public sealed record RequestLimits(int MaxRequests = RequestLimits.DefaultRequests, long? BytesPerSecond = null)
{
    /// <summary>More than the readers of a large machine keep busy; a store that has enough of fewer is asked less by itself.</summary>
    public const int DefaultRequests = 256;
}
