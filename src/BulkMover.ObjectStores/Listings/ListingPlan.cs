namespace BulkMover.ObjectStores.Listings;

/// <summary>
/// What is asked of a store to list a directory: one page, and when that is not all, its directories, which are then listed by themselves. Where
/// a store starts anywhere, as many small neighbours as fill a page share one request. Whatever turns out larger is divided in the same way.
/// </summary>
internal sealed class ListingPlan(IListedStore store)
{
    /// <summary>Of a page, for what is listed together: what does not fit, because sizes differ, costs a second request.</summary>
    private const double Filled = 0.85;

    /// <summary>Of a page, for a directory that has a request of its own anyhow: with less, one page after another is as fast.</summary>
    private const double WorthARequest = 0.25;

    /// <summary>All below it.</summary>
    public ListingSection Directory(string prefix) => new(async stopping =>
    {
        ListedPage page = await store.PageAsync(new ListRequest(prefix), stopping);
        if (page.Next is null)
            return [new ListingSection(page.Entries)];
        int directories = page.Entries.Select(entry => DirectoryOf(prefix, entry.Key)).OfType<string>().Distinct(StringComparer.Ordinal).Count();
        double each = (double)page.Entries.Count / directories, mostTogether = page.Entries.Count * Filled;
        // What lists in another order than that of the keys cannot be told where to begin, whatever it says.
        bool canShare = store.StartsAnywhere && IsInOrder(prefix, page);
        return directories > 0 && (canShare || each >= page.Entries.Count * WorthARequest)
            // The page is asked for again with them: not every store has the order that would tell which of them it has brought.
            ? [Directories(prefix, entries => Sections(prefix, entries, canShare ? each : mostTogether, mostTogether))]
            : Page(prefix, page);
    });

    private IReadOnlyList<ListingSection> Page(string prefix, ListedPage page) => page.Next is { } next
        ? [new ListingSection(page.Entries), new ListingSection(async stopping => Page(prefix, await store.PageAsync(new ListRequest(prefix) { Token = next }, stopping)))]
        : [new ListingSection(page.Entries)];

    /// <summary>All below a directory, by what lies directly in it.</summary>
    /// <param name="prefix">The directory.</param>
    /// <param name="divide">Makes sections of what lies there.</param>
    /// <param name="token">Where the page before has ended.</param>
    /// <param name="last">The last directory of that page: a store may name it twice.</param>
    private ListingSection Directories(string prefix, Func<IReadOnlyList<ListedEntry>, IEnumerable<ListingSection>> divide, string? token = null, string? last = null) => new(async stopping =>
    {
        ListedPage page = await store.PageAsync(new ListRequest(prefix) { ByDirectory = true, Token = token }, stopping);
        // The directory itself may be an object: one that stands for it.
        ListedEntry[] entries = [.. page.Entries.Where(entry => entry.Key != last && entry.Key != prefix).OrderBy(entry => entry.Key, KeyOrder.Instance)];
        IEnumerable<ListingSection> sections = divide(entries);
        return page.Next is { } next
            ? [.. sections, Directories(prefix, divide, next, page.Entries.Where(entry => entry.IsDirectory).Select(entry => entry.Key).LastOrDefault(last))]
            : [.. sections];
    });

    /// <param name="prefix">Where the entries lie.</param>
    /// <param name="entries">In their order, none of them missing in between.</param>
    /// <param name="each">Objects of a directory, as far as they are known.</param>
    /// <param name="mostTogether">Objects that one request may be for.</param>
    private IEnumerable<ListingSection> Sections(string prefix, IReadOnlyList<ListedEntry> entries, double each, double mostTogether)
    {
        (int begin, double objects) = (0, 0);
        for (int i = 0; i < entries.Count; i++)
        {
            double own = entries[i].IsDirectory ? each : 1;
            if (i > begin && objects + own > mostTogether)
            {
                foreach (ListingSection section in Together(prefix, [.. entries.Take(begin..i)]))
                    yield return section;
                (begin, objects) = (i, 0);
            }

            objects += own;
        }

        foreach (ListingSection section in Together(prefix, [.. entries.Take(begin..)]))
            yield return section;
    }

    /// <summary>Neighbours with one request, at most; objects among them that come first are here already.</summary>
    private IEnumerable<ListingSection> Together(string prefix, ListedEntry[] entries)
    {
        int first = Array.FindIndex(entries, entry => entry.IsDirectory), last = Array.FindLastIndex(entries, entry => entry.IsDirectory);
        if (first < 0)
            first = entries.Length;
        if (first > 0)
            yield return new ListingSection(entries[..first]);
        if (first < last)
            yield return Range(prefix, entries[first..(last + 1)]);
        else if (first == last)
            yield return Directory(entries[first].Key);
        if (last >= 0 && last + 1 < entries.Length)
            yield return new ListingSection(entries[(last + 1)..]);
    }

    /// <summary>From one directory to another, with all between them.</summary>
    private ListingSection Range(string prefix, ListedEntry[] entries) => new(async stopping =>
    {
        // Nothing has the name of the directory itself but what stands for it.
        ListedPage page = await store.PageAsync(new ListRequest(prefix) { After = entries[0].Key }, stopping);
        if (!IsInOrder(entries[0].Key, page))
            return [.. entries.SelectMany(entry => Together(prefix, [entry]))];
        string? end = page.Next is null ? null : page.Entries.Select(entry => entry.Key).LastOrDefault("");
        if (end is null || IsBehind(end, entries[^1].Key))
            return [new ListingSection(page.Entries.Where(entry => !IsBehind(entry.Key, entries[^1].Key)))];
        // What the page ends in is listed by itself, and from its beginning.
        int whole = Math.Max(0, Array.FindLastIndex(entries, entry => KeyOrder.Instance.Compare(entry.Key, end) <= 0));
        return
        [
            new ListingSection(page.Entries.Where(entry => KeyOrder.Instance.Compare(entry.Key, entries[whole].Key) < 0)),
            .. Together(prefix, [entries[whole]]), .. Together(prefix, entries[(whole + 1)..]),
        ];
    });

    /// <summary>Not below the directory nor before it.</summary>
    private static bool IsBehind(string key, string directory) => KeyOrder.Instance.Compare(key, directory) > 0 && !key.StartsWith(directory, StringComparison.Ordinal);

    private static bool IsInOrder(string after, ListedPage page)
    {
        foreach (ListedEntry entry in page.Entries)
        {
            if (KeyOrder.Instance.Compare(after, entry.Key) > 0)
                return false;
            after = entry.Key;
        }

        return true;
    }

    /// <summary>The directory directly below another one that a key lies in; null when it lies in that one.</summary>
    private static string? DirectoryOf(string prefix, string key) => key.IndexOf('/', prefix.Length) is >= 0 and var slash ? key[..(slash + 1)] : null;
}
