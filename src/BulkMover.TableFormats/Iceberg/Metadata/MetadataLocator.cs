using System.Globalization;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>
/// Finds the current metadata document of a table's directory. The rules, those of the reference implementation where it has one:
/// a number in <c>version-hint.text</c> is where the search starts, and the highest version that follows it without a gap is current,
/// because writers update the hint after the commit, or fail to; a hint that names a document is followed, with a note when a higher
/// version is there; without a usable hint the highest version wins, and two of the same version are an error.
/// </summary>
internal sealed class MetadataLocator(IObjectStore store, Location table)
{
    /// <summary>A hint holds one number or name; anything longer is not one.</summary>
    private const int MaxHintBytes = 1024;

    private readonly Location directory = table.Combine(MetadataFile.DirectoryName);

    /// <param name="store">Where the table lies.</param>
    /// <param name="location">The table's directory, or a metadata document.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="InvalidInputException">There is no table, or no rule says which document is current.</exception>
    /// <exception cref="CorruptTableException">The hint names a document that is not there.</exception>
    public static async Task<MetadataFile> FindAsync(IObjectStore store, Location location, CancellationToken cancellationToken) =>
        await store.ExistsAsync(location, cancellationToken)
            ? MetadataFile.At(location)
            : await FindInAsync(store, location, cancellationToken);

    /// <summary>As above, of what can only be a directory.</summary>
    public static Task<MetadataFile> FindInAsync(IObjectStore store, Location table, CancellationToken cancellationToken) => new MetadataLocator(store, table).FindAsync(cancellationToken);

    private async Task<MetadataFile> FindAsync(CancellationToken cancellationToken)
    {
        string? hint = await ReadHintAsync(cancellationToken);
        if (string.IsNullOrEmpty(hint))
            return await FindHighestAsync(cancellationToken);
        return long.TryParse(hint, NumberStyles.None, CultureInfo.InvariantCulture, out long version)
            ? await FindFromVersionAsync(version, cancellationToken)
            : await FindNamedAsync(hint, cancellationToken);
    }

    private async Task<string?> ReadHintAsync(CancellationToken cancellationToken)
    {
        Location hint = directory.Combine("version-hint.text");
        if (!await store.ExistsAsync(hint, cancellationToken))
            return null;
        await using IRangeReader reader = await store.OpenAsync(hint, knownBytes: null, cancellationToken);
        if (reader.Length > MaxHintBytes)
            return null;
        byte[] bytes = new byte[reader.Length];
        await reader.ReadAsync(0, bytes, cancellationToken);
        return Encoding.UTF8.GetString(bytes).Trim();
    }

    private async Task<MetadataFile> FindFromVersionAsync(long hint, CancellationToken cancellationToken)
    {
        Location? current = await FindStemAsync($"v{hint}", cancellationToken);
        if (current is null)
            return Choose((await ListAsync(cancellationToken)).Where(file => file.Name.Version == hint), () => HintIsWrong($"version {hint}"));

        long version = hint;
        while (await FindStemAsync($"v{version + 1}", cancellationToken) is { } next)
            (current, version) = (next, version + 1);
        return new MetadataFile(current.Value, table, version == hint
            ? []
            : [$"version-hint.text says {hint}, but version {version} is there and was taken: the hint is written after the commit."]);
    }

    private async Task<MetadataFile> FindNamedAsync(string hint, CancellationToken cancellationToken)
    {
        string name = hint[(hint.LastIndexOf('/') + 1)..];
        Location named = await FindStemAsync(MetadataFileName.Parse(name)?.Stem ?? name, cancellationToken) ?? throw HintIsWrong($"'{hint}'");
        MetadataFile file = new(named, table, []);
        long version = MetadataFileName.Parse(named.Name)?.Version ?? long.MaxValue;
        long highest = (await ListAsync(cancellationToken)).Max(other => other.Name.Version) ?? version;
        return highest <= version
            ? file
            : file with { Notes = [$"version-hint.text names '{named.Name}', which was taken, but there is a version {highest} as well."] };
    }

    private async Task<MetadataFile> FindHighestAsync(CancellationToken cancellationToken)
    {
        List<(Location Location, MetadataFileName Name)> files = await ListAsync(cancellationToken);
        long? highest = files.Max(file => file.Name.Version);
        MetadataFile chosen = Choose(files.Where(file => file.Name.Version == highest), () => new InvalidInputException(
            "iceberg.table_missing",
            $"There is no Iceberg table at '{table}': '{directory}' has no metadata.json. Name the table's directory or a metadata.json."));
        return MetadataFileName.Parse(chosen.Location.Name)!.IsOfCatalog
            ? chosen with { Notes = [$"'{chosen.Location.Name}' was taken for its number; only the table's catalog knows whether it is current."] }
            : chosen;
    }

    private MetadataFile Choose(IEnumerable<(Location Location, MetadataFileName Name)> candidates, Func<BulkMoverException> none)
    {
        var byStem = candidates.GroupBy(file => file.Name.Stem, StringComparer.Ordinal).ToList();
        return byStem.Count switch
        {
            0 => throw none(),
            1 => new MetadataFile(byStem[0].MinBy(file => file.Location.Name.Length).Location, table, []),
            _ => throw new InvalidInputException("iceberg.metadata_ambiguous",
                $"'{directory}' has several metadata documents of the same version, and only the table's catalog knows which one is current: "
                + string.Join(", ", byStem.Select(group => group.First().Location.Name).Order(StringComparer.Ordinal))
                + ". Name one of them instead."),
        };
    }

    private async Task<Location?> FindStemAsync(string stem, CancellationToken cancellationToken)
    {
        foreach (string suffix in MetadataFileName.Suffixes)
        {
            Location candidate = directory.Combine(stem + suffix);
            if (await store.ExistsAsync(candidate, cancellationToken))
                return candidate;
        }

        return null;
    }

    private async Task<List<(Location Location, MetadataFileName Name)>> ListAsync(CancellationToken cancellationToken)
    {
        var files = new List<(Location, MetadataFileName)>();
        await foreach (StoredObject file in store.ListAsync(directory, cancellationToken))
        {
            if (file.Location.Parent == directory && MetadataFileName.Parse(file.Location.Name) is { } name)
                files.Add((file.Location, name));
        }

        return files;
    }

    private CorruptTableException HintIsWrong(string named) => new("iceberg.metadata_missing",
        $"'{directory}/version-hint.text' names {named}, which is not there. Restore the document, or name a metadata.json to read an older state.");
}
