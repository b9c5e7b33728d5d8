using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>
/// The grants of one table (OpenAPI, <c>LoadTableResult</c>): its <c>storage-credentials</c>, the longest matching prefix first, else its
/// <c>config</c>, else the catalog's properties. They are renewed before they expire. Safe for concurrent use.
/// </summary>
public sealed class StorageGrants
{
    /// <summary>Longer than the requests take that are sent with them.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(1);

    private readonly TimeProvider time;
    private readonly Renewable<State> held;

    internal StorageGrants(IReadOnlyList<StorageGrant> grants, Func<CancellationToken, Task<IReadOnlyList<StorageGrant>>> load, TimeProvider time)
    {
        this.time = time;
        held = new Renewable<State>(NewState(grants, time.GetUtcNow()), async stopping => NewState(await load(stopping), time.GetUtcNow()));
    }

    /// <summary>What is granted for an object now.</summary>
    public async ValueTask<StorageGrant> ForAsync(Location location, CancellationToken cancellationToken)
    {
        State current = held.Value;
        if (time.GetUtcNow() >= current.RenewAt)
            current = await held.ReplaceAsync(current, cancellationToken);
        return current.For(location);
    }

    /// <summary>What is granted instead of a grant that the store has refused as expired.</summary>
    public async ValueTask<StorageGrant> InsteadOfAsync(StorageGrant refused, Location location, CancellationToken cancellationToken)
    {
        State current = held.Value;
        if (ReferenceEquals(current.For(location), refused))
            current = await held.ReplaceAsync(current, cancellationToken);
        return current.For(location);
    }

    private static State NewState(IReadOnlyList<StorageGrant> grants, DateTimeOffset now)
    {
        StorageGrant[] longestFirst = [.. grants.OrderByDescending(grant => grant.Prefix.Length)];
        // What comes expired is not asked for again at every file: the store will say so.
        if (grants.Min(grant => grant.Expires) is not { } first || first <= now)
            return new State(longestFirst, DateTimeOffset.MaxValue);
        // Of a very short life, three quarters are used.
        TimeSpan quarter = (first - now) / 4;
        return new State(longestFirst, first - (quarter < Margin ? quarter : Margin));
    }

    /// <param name="Grants">The longest prefix first; the last one is for everything.</param>
    /// <param name="RenewAt">When the first of them is about to expire.</param>
    private sealed record State(StorageGrant[] Grants, DateTimeOffset RenewAt)
    {
        public StorageGrant For(Location location)
        {
            string path = location.ToString();
            return Grants.First(grant => path.StartsWith(StoreAddress.WithPlainScheme(grant.Prefix), StringComparison.Ordinal));
        }
    }
}
