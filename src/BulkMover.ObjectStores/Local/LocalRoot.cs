using BulkMover.Core.Errors;

namespace BulkMover.ObjectStores.Local;

/// <summary>A directory that nothing is written outside of. Links are followed as they are now: it is no guard against who changes them meanwhile.</summary>
/// <param name="root">Its path; it need not exist.</param>
internal sealed class LocalRoot(string root)
{
    /// <summary>As many as Linux follows (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    private readonly string named = Path.GetFullPath(root);
    private readonly string real = Resolve(Path.GetFullPath(root), "/", 0);

    /// <exception cref="InvalidInputException">Code <c>store.outside_root</c>.</exception>
    public void Check(string path)
    {
        // The last name is replaced or removed, never followed.
        if (path.Split('/').Contains("..", StringComparer.Ordinal) || !IsInside(path))
        {
            throw new InvalidInputException("store.outside_root",
                $"'{path}' does not lie in '{root}', or a link or '..' in it leads out of there: it is neither written nor deleted. Correct the path, or replace the link by a directory.");
        }
    }

    /// <summary>Up to the root, which stays, or to a link.</summary>
    public void DeleteEmptyDirectoriesAbove(string path)
    {
        // What is a link is not removed as a directory.
        for (string? above = Path.GetDirectoryName(path); above is not null && IsInside(above); above = Path.GetDirectoryName(above))
        {
            // It is not empty, or gone, or not ours: none of it matters.
            if (!LocalSystem.TryRemoveDirectory(above))
                return;
        }
    }

    /// <summary>Below the root, whatever links there are in its directories.</summary>
    private bool IsInside(string path) =>
        Path.GetDirectoryName(path) is { } directory && IsBelow(RealOf(directory), real);

    private static bool IsBelow(string path, string directory) =>
        path.StartsWith(directory, StringComparison.Ordinal) && (path.Length == directory.Length || directory == "/" || path[directory.Length] == '/');

    /// <summary>What is named as below the root need not be looked at above it: that was done once, and is most of a path.</summary>
    private string RealOf(string path) => IsBelow(path, named) ? Resolve(path[named.Length..], real, 0) : Resolve(path, "/", 0);

    /// <summary>A path without links, as far as it exists; the rest as it is.</summary>
    /// <param name="path">The path.</param>
    /// <param name="at">What it is relative to, without links.</param>
    /// <param name="links">How many led here.</param>
    private static string Resolve(string path, string at, int links)
    {
        foreach (string name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = name switch
            {
                "." => at,
                ".." => Path.GetDirectoryName(at) ?? at,
                _ => Path.Combine(at, name),
            };
            at = TargetOf(next) is not { } target ? next
                : links < MaxLinks ? Resolve(Path.Combine(at, target), "/", links + 1)
                : throw new InvalidInputException("store.path_invalid", $"'{path}' has links that lead in a circle. Correct them.");
        }

        return at;
    }

    private static string? TargetOf(string path) => LocalSystem.MayBeLink(path) ? LocalErrors.Wrap(path, () => new FileInfo(path).LinkTarget) : null;
}
