namespace BulkMover.ObjectStores.Listings;

/// <summary>The order of keys by their UTF-8, in which stores list them (S3 API, "ListObjectsV2"). .NET's own puts what is beyond U+FFFF before U+E000.</summary>
internal sealed class KeyOrder : IComparer<string>
{
    public static KeyOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        int same = x.AsSpan().CommonPrefixLength(y);
        if (same == x!.Length || same == y!.Length)
            return x.Length - y!.Length;
        return char.IsSurrogate(x[same]) == char.IsSurrogate(y[same]) ? x[same] - y[same] : char.IsSurrogate(x[same]) ? 1 : -1;
    }
}
