using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Iceberg.Metadata;

namespace BulkMover.TableFormats.Iceberg.Paths;

/// <summary>
/// Finds the files of a table that may have been moved since its paths were written; Iceberg's are absolute. A path is looked for, in this
/// order: below the table's directory, when it lies below the location in the metadata, or below a directory whose metadata turned out to
/// be this table's; in the table's metadata directory, for metadata written below another name of the table; beside the table's directory,
/// when it lay beside the location; and where it says. The first place that has the file is right for all paths with that prefix, so that
/// a table costs one or two requests and not one per file. A table that lies where its metadata says is read as it is written.
/// </summary>
/// <remarks>Not safe for concurrent use.</remarks>
internal sealed class PathResolver
{
    private readonly IObjectStore store;
    private readonly Location root;
    private readonly List<TablePath> names;
    private readonly (TablePath Was, Location Is) ancestor;
    private readonly List<Rule> known = [];
    private readonly Dictionary<string, Location> directories = new(StringComparer.Ordinal);
    private readonly bool isForMetadata;

    /// <summary>What is learned of single directories beyond this many is found again: memory must not grow with the table.</summary>
    private const int MaxDirectories = 10_000;

    private PathResolver(IObjectStore store, Location root, IEnumerable<TablePath> names, bool isForMetadata)
    {
        (this.store, this.root, this.names, this.isForMetadata) = (store, root, [.. names], isForMetadata);
        ancestor = Ancestor(this.names[0], root);
        IsMoved = this.names[0] != TablePath.Parse(root.ToString(), root);
    }

    /// <summary>True when the table was found at another place than its metadata says.</summary>
    public bool IsMoved { get; }

    /// <param name="store">Where the table lies.</param>
    /// <param name="root">Its directory, as found.</param>
    /// <param name="location">Its location, as the metadata says.</param>
    public static PathResolver ForMetadata(IObjectStore store, Location root, string location)
    {
        TablePath name = TablePath.Parse(location, root);
        // A relative location is relative to the directory of the process that wrote the table; it may be ours.
        bool isHere = name is { Scheme: "", Path.Length: > 0 } && !name.Path.Contains('\0', StringComparison.Ordinal)
            && Location.Parse(name.Path) == root;
        return new PathResolver(store, root, [isHere ? TablePath.Parse(root.ToString(), root) : name], isForMetadata: true);
    }

    /// <summary>One for another pass over the metadata, with the names of the table that this one has learned.</summary>
    public PathResolver Copy() => new(store, root, names, isForMetadata);

    /// <summary>Data files are looked for apart from metadata: only one of the two may have been moved.</summary>
    public PathResolver ForDataFiles() => new(store, root, names, isForMetadata: false);

    /// <summary>Where the file is.</summary>
    /// <exception cref="CorruptTableException">It is at none of the places that the rules allow.</exception>
    public ValueTask<Location> ResolveAsync(string path, CancellationToken cancellationToken)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
            throw Missing(path, []);
        if (Known(path) is { } location)
            return new ValueTask<Location>(location);
        if (IsMoved)
            return FindAsync(path, cancellationToken);
        Location written = AsWritten(path) ?? throw Missing(path, []);
        Learn(path, TablePath.Parse(path, root).Below(names[0]) ?? written.Name, AsWritten);
        return new ValueTask<Location>(written);
    }

    private Location? Known(string path)
    {
        int name = path.LastIndexOf('/') + 1;
        if (directories.Count > 0 && name < path.Length && path[name] != '.'
            && directories.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path.AsSpan(0, name), out Location directory))
            return directory.Combine(path.AsSpan(name));
        foreach (Rule rule in known)
        {
            if (rule.Fits(path))
                return rule.Apply(path);
        }

        return null;
    }

    /// <summary>Keeps for the next paths what replaces the beginning of this one; of a file directly there, nothing is known of the directories below.</summary>
    private void Learn(string path, string below, Func<string, Location?> target)
    {
        if (!path.EndsWith("/" + below, StringComparison.Ordinal) || target(path[..^below.Length]) is not { } replacement)
            return;
        if (below.Contains('/', StringComparison.Ordinal))
        {
            if (!known.Exists(rule => rule.Prefix.Length == path.Length - below.Length && path.StartsWith(rule.Prefix, StringComparison.Ordinal)))
                known.Add(new Rule(path[..^below.Length], replacement));
            return;
        }

        if (directories.Count == MaxDirectories)
            directories.Clear();
        directories[path[..^below.Length]] = replacement;
    }

    private async ValueTask<Location> FindAsync(string path, CancellationToken cancellationToken)
    {
        List<Candidate> candidates = [.. Candidates(path)];
        foreach (Candidate candidate in candidates)
        {
            if (!await store.ExistsAsync(candidate.Location, cancellationToken))
                continue;
            if (candidate.Name is { } name)
                names.Add(name);
            Learn(path, candidate.Below, _ => candidate.Target);
            return candidate.Location;
        }

        throw Missing(path, candidates);
    }

    private IEnumerable<Candidate> Candidates(string text)
    {
        TablePath path = TablePath.Parse(text, root);
        foreach (TablePath name in names)
        {
            if (path.Below(name) is { } below)
                yield return new Candidate(root.Combine(below), below, root);
        }

        string[] parts = path.Path.Split('/');
        if (isForMetadata && parts.Length > 2 && parts[^2] == MetadataFile.DirectoryName)
        {
            Location metadata = root.Combine(MetadataFile.DirectoryName);
            TablePath name = path with { Path = path.Path[..^(parts[^2].Length + parts[^1].Length + 2)] };
            yield return new Candidate(metadata.Combine(parts[^1]), parts[^1], metadata, name);
        }

        // The rule is for one directory beside the table, not for the table itself: that may have another name now.
        if (path.Below(ancestor.Was) is { } beside && beside.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash)
            yield return new Candidate(ancestor.Is.Combine(beside), beside[(slash + 1)..], ancestor.Is.Combine(beside.AsSpan(0, slash)));
        if (AsWritten(text) is { } written)
        {
            string below = path.Below(names[0]) ?? written.Name;
            yield return new Candidate(written, below, AsWritten(text[..^Math.Min(below.Length, text.Length)]));
        }
    }

    /// <summary>Null when the path is of another store than the table's, or no path at all.</summary>
    private Location? AsWritten(string path) =>
        path.Length > 0 && StoreAddress.Parse(path, root) is var location && location.Scheme == root.Scheme ? location : null;

    /// <summary>The directories above the location and above the table's directory, less the last segments that these share as well.</summary>
    private static (TablePath Was, Location Is) Ancestor(TablePath location, Location root)
    {
        (string was, Location target) = (location.Path, root);
        do
            (was, target) = (was[..Math.Max(was.LastIndexOf('/'), 0)], target.Parent);
        while (was.Length > 0 && target.Parent != target && was.EndsWith("/" + target.Name, StringComparison.Ordinal));
        return (location with { Path = was }, target);
    }

    private CorruptTableException Missing(string path, List<Candidate> candidates)
    {
        string places = candidates.Count == 0
            ? "that is not a path in the table's store"
            : $"it is not at {string.Join(", nor at ", candidates.Select(candidate => $"'{candidate.Location}'").Distinct(StringComparer.Ordinal))}";
        return new CorruptTableException("iceberg.file_missing",
            $"The table at '{root}' was written at '{names[0].Path}' and needs the file '{path}', but {places}. "
            + "Copy it there, or read the table where it was written; if its snapshot has expired, choose a newer one with --snapshot.");
    }

    /// <summary>What was found for one path, for the next ones.</summary>
    /// <param name="Prefix">How paths begin that it is for, with a slash at the end.</param>
    /// <param name="Target">What replaces the prefix.</param>
    private sealed record Rule(string Prefix, Location Target)
    {
        private readonly bool isSame = Prefix.Length == Target.Path.Length + 1 && Prefix.StartsWith(Target.Path, StringComparison.Ordinal);

        /// <summary>A path on disk mostly is its location's; a string for each file would be a third of what planning it takes.</summary>
        public Location Apply(string path) => isSame ? Target with { Path = path } : Target.Combine(path.AsSpan(Prefix.Length));

        /// <summary>Not for paths that a store might understand otherwise: with dots, or with two slashes or none behind them.</summary>
        public bool Fits(string path)
        {
            if (!path.StartsWith(Prefix, StringComparison.Ordinal))
                return false;
            ReadOnlySpan<char> below = path.AsSpan(Prefix.Length - 1);
            return !below.Contains("//", StringComparison.Ordinal) && !below.Contains("/.", StringComparison.Ordinal) && below[^1] != '/';
        }
    }

    /// <param name="Location">Where the file may be.</param>
    /// <param name="Below">The end of the path that stays.</param>
    /// <param name="Target">What replaces the beginning.</param>
    /// <param name="Name">Another name of the table's directory, if this is right.</param>
    private sealed record Candidate(Location Location, string Below, Location? Target, TablePath? Name = null);
}
