using System.Text;
using BulkMover.Core.Stores;
using BulkMover.ObjectStores.Listings;

namespace BulkMover.ObjectStores.Tests.Listings;

/// <summary>A listing of keys in memory, by the words of the S3 API ("ListObjectsV2"), and what was asked of it.</summary>
/// <param name="keys">All.</param>
/// <param name="order">In which they are listed.</param>
internal sealed class KeyListing(IEnumerable<string> keys, IComparer<string> order) : IListedStore
{
    private readonly string[] keys = [.. keys.Order(order)];
    private int underWay;

    /// <summary>S3's.</summary>
    public static IComparer<string> ByUtf8 { get; } = Comparer<string>.Create((one, other) => Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(other)));

    /// <summary>As a tree has them: all of a directory before what begins with its name.</summary>
    public static IComparer<string> ByDirectory { get; } = Comparer<string>.Create((one, other) => string.CompareOrdinal(one.Replace('/', '\0'), other.Replace('/', '\0')));

    public bool StartsAnywhere { get; init; } = true;

    /// <summary>Begins at the beginning, wherever it is told to.</summary>
    public bool IgnoresAfter { get; init; }

    public int PageKeys { get; init; } = 1000;

    public int Requests { get; private set; }

    public int MostAtOnce { get; private set; }

    public async Task<ListedPage> PageAsync(ListRequest request, CancellationToken cancellationToken)
    {
        Requests++;
        MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref underWay));
        await Task.Yield();
        ListedPage page = Page(request);
        Interlocked.Decrement(ref underWay);
        return page;
    }

    private ListedPage Page(ListRequest request)
    {
        List<ListedEntry> entries = [];
        for (int i = request.Token is { } token ? int.Parse(token) : 0; i < keys.Length; i++)
        {
            string key = keys[i];
            int slash = request.ByDirectory ? key.IndexOf('/', Math.Min(key.Length, request.Prefix.Length)) : -1;
            string shown = slash < 0 ? key : key[..(slash + 1)];
            bool isBefore = !IgnoresAfter && request.After is { } after && order.Compare(key, after) <= 0;
            if (isBefore || !key.StartsWith(request.Prefix, StringComparison.Ordinal) || (entries.Count > 0 && entries[^1].Key == shown))
                continue;
            if (entries.Count == PageKeys)
                return new ListedPage(entries, $"{i}");
            entries.Add(new ListedEntry(shown, slash < 0 && !key.EndsWith('/') ? new StoredObject(new Location("s3", key), 1) : null, slash >= 0));
        }

        return new ListedPage(entries, null);
    }
}
