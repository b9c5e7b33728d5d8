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
    private readonly bool isForMetadata;

    private PathResolver(IObjectStore store, Location root, IEnumerable<TablePath> names, bool isForMetadata)
    {
        (this.store, this.root, this.names, this.isForMetadata) = (store, root, [.. names], isForMetadata);
        ancestor = Ancestor(this.names[0], root);
    }

    /// <summary>True when the table was found at another place than its metadata says.</summary>
    public bool IsMoved => names[0] != TablePath.Parse(root.ToString());

    /// <param name="store">Where the table lies.</param>
    /// <param name="root">Its directory, as found.</param>
    /// <param name="location">Its location, as the metadata says.</param>
    public static PathResolver ForMetadata(IObjectStore store, Location root, string location)
    {
        TablePath name = TablePath.Parse(location);
        // A relative location is relative to the directory of the process that wrote the table; it may be ours.
        bool isHere = name is { Scheme: "", Path.Length: > 0 } && !name.Path.Contains('\0', StringComparison.Ordinal)
            && Location.Parse(name.Path) == root;
        return new PathResolver(store, root, [isHere ? TablePath.Parse(root.ToString()) : name], isForMetadata: true);
    }

    /// <summary>One for another pass over the metadata, with the names of the table that this one has learned.</summary>
    public PathResolver Copy() => new(store, root, names, isForMetadata);

    /// <summary>Data files are looked for apart from metadata: only one of the two may have been moved.</summary>
    public PathResolver ForDataFiles() => new(store, root, names, isForMetadata: false);

    /// <summary>Where the file is.</summary>
    /// <exception cref="CorruptTableException">It is at none of the places that the rules allow.</exception>
    public ValueTask<Location> ResolveAsync(string path, CancellationToken cancellationToken)
    {
        foreach (Rule rule in known)
        {
            if (rule.Fits(path))
                return new ValueTask<Location>(rule.Target.Combine(path[rule.Prefix.Length..]));
        }

        if (path.Contains('\0', StringComparison.Ordinal))
            throw Missing(path, []);
        return IsMoved ? FindAsync(path, cancellationToken) : new ValueTask<Location>(AsWritten(path) ?? throw Missing(path, []));
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
            if (candidate.Target is { } target && path.EndsWith("/" + candidate.Below, StringComparison.Ordinal))
                known.Add(new Rule(path[..^candidate.Below.Length], target, IsFlat: !candidate.Below.Contains('/', StringComparison.Ordinal)));
            return candidate.Location;
        }

        throw Missing(path, candidates);
    }

    private IEnumerable<Candidate> Candidates(string text)
    {
        TablePath path = TablePath.Parse(text);
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
            yield return new Candidate(ancestor.Is.Combine(beside), beside[(slash + 1)..], ancestor.Is.Combine(beside[..slash]));
        if (AsWritten(text) is { } written)
        {
            string below = path.Below(names[0]) ?? written.Name;
            yield return new Candidate(written, below, AsWritten(text[..^Math.Min(below.Length, text.Length)]));
        }
    }

    /// <summary>Null when the path is of another store than the table's, or no path at all.</summary>
    private Location? AsWritten(string path) =>
        path.Length > 0 && Location.Parse(TablePath.WithPlainScheme(path)) is var location && location.Scheme == root.Scheme ? location : null;

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
            + "Copy it there, or read the table where it was written.");
    }

    /// <summary>What was found for one path, for the next ones.</summary>
    /// <param name="Prefix">How paths begin that it is for, with a slash at the end.</param>
    /// <param name="Target">What replaces the prefix.</param>
    /// <param name="IsFlat">True when only files directly in the prefix are meant: nothing is known of the directories below.</param>
    private sealed record Rule(string Prefix, Location Target, bool IsFlat)
    {
        public bool Fits(string path) => path.StartsWith(Prefix, StringComparison.Ordinal) && !(IsFlat && path.IndexOf('/', Prefix.Length) >= 0);
    }

    /// <param name="Location">Where the file may be.</param>
    /// <param name="Below">The end of the path that stays.</param>
    /// <param name="Target">What replaces the beginning.</param>
    /// <param name="Name">Another name of the table's directory, if this is right.</param>
    private sealed record Candidate(Location Location, string Below, Location? Target, TablePath? Name = null);
}
