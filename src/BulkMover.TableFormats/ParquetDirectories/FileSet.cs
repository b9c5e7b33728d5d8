using System.Runtime.CompilerServices;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.ParquetDirectories;

/// <summary>The files that a path means: one file, those of a directory at all depths, or those that a glob matches.</summary>
internal sealed class FileSet
{
    // Spark writes .parquet, Impala .parq, others .pq; Hive (000000_0) and Trino (20240101_…_uuid) write names without an ending.
    private static readonly string[] DataEndings = ["", ".parquet", ".parq", ".pq"];

    private readonly IObjectStore store;
    private readonly Location root;
    private readonly GlobPattern? glob;

    private FileSet(IObjectStore store, Location root, GlobPattern? glob) => (this.store, this.root, this.glob) = (store, root, glob);

    /// <summary>Finds out what is meant. A path that exists is meant literally, whatever characters are in its name.</summary>
    /// <exception cref="InvalidInputException">The glob is malformed, or has no directory before its first special character.</exception>
    public static async Task<FileSet> FindAsync(IObjectStore store, Location location, CancellationToken cancellationToken)
    {
        int special = GlobPattern.FirstSpecial(location.Path);
        if (special < 0 || await IsAnythingAsync(store, location, cancellationToken))
            return new FileSet(store, location, null);

        int slash = location.Path.LastIndexOf('/', special);
        if (slash <= 0)
        {
            throw new InvalidInputException("parquet.glob_at_root",
                $"'{location}' would search everything. Name at least one directory or bucket before the first special character.");
        }

        return new FileSet(store, location with { Path = location.Path[..slash] }, new GlobPattern(location.Path[(slash + 1)..]));
    }

    /// <summary>The files in the store's order, the same at every call while nothing changes.</summary>
    /// <param name="leftOut">Hears of files that are neither data by name nor hidden by convention.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public async IAsyncEnumerable<ParquetFile> ListAsync(Action<string>? leftOut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (StoredObject found in store.ListAsync(root, cancellationToken))
        {
            if (found.Location == root)
            {
                yield return new ParquetFile(found, root.Name);
                yield break;
            }

            string path = found.Location.Path[root.Path.Length..].TrimStart('/');
            bool isChosen = glob?.Matches(path) == true;
            if (!isChosen && glob?.MatchesDirectoryOf(path) == false || path.Split('/').Any(IsHidden))
                continue;
            if (isChosen || DataEndings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase))
                yield return new ParquetFile(found, path);
            else
                leftOut?.Invoke(path);
        }
    }

    // Spark and Hive read neither _SUCCESS, _metadata, _temporary/ nor .part-0.parquet.crc; a partition directory may begin with an underscore.
    private static bool IsHidden(string name) => name is ['.', ..] || name is ['_', ..] && !name.Contains('=', StringComparison.Ordinal);

    private static async Task<bool> IsAnythingAsync(IObjectStore store, Location location, CancellationToken cancellationToken)
    {
        await foreach (StoredObject _ in store.ListAsync(location, cancellationToken))
            return true;
        return false;
    }
}
