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

    /// <summary>What a store lists in one answer. Of tables with more files of metadata those that follow the hint are looked for one by one.</summary>
    private const int MostListed = 1000;

    private readonly Location directory = table.Combine(MetadataFile.DirectoryName);

    /// <param name="store">Where the table lies.</param>
    /// <param name="location">The table's directory, or a metadata document.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="InvalidInputException">There is no table, or no rule says which document is current.</exception>
    /// <exception cref="CorruptTableException">The hint names a document that is not there.</exception>
    public static async Task<MetadataFile> FindAsync(IObjectStore store, Location location, CancellationToken cancellationToken)
    {
        // What is named is a directory nearly always.
        await using var finding = new Meanwhile<MetadataFile>(stopping => FindInAsync(store, location, stopping), cancellationToken);
        return await store.ExistsAsync(location, cancellationToken) ? MetadataFile.At(location) : await finding.Answer;
    }

    /// <summary>As above, of what can only be a directory.</summary>
    public static Task<MetadataFile> FindInAsync(IObjectStore store, Location table, CancellationToken cancellationToken) => new MetadataLocator(store, table).FindAsync(cancellationToken);

    private async Task<MetadataFile> FindAsync(CancellationToken cancellationToken)
    {
        // Of new and of small tables the listing tells all else.
        await using var listing = new Meanwhile<Documents>(stopping => ListAsync(MostListed, stopping), cancellationToken);
        string? hint = await ReadHintAsync(cancellationToken);
        if (long.TryParse(hint, NumberStyles.None, CultureInfo.InvariantCulture, out long version))
            return await FindFromVersionAsync(version, await ListedOrNotAsync(listing.Answer), cancellationToken);
        return string.IsNullOrEmpty(hint)
            ? await FindHighestAsync(await listing.Answer, cancellationToken)
            : await FindNamedAsync(hint, await listing.Answer, cancellationToken);
    }

    /// <summary>Versions that follow a number can be looked for by their names, also by those who may not list.</summary>
    private static async Task<Documents> ListedOrNotAsync(Task<Documents> listing)
    {
        try
        {
            return await listing;
        }
        catch (BulkMoverException)
        {
            return Documents.NotListed;
        }
    }

    private async Task<string?> ReadHintAsync(CancellationToken cancellationToken)
    {
        await using IRangeReader? reader = await store.TryOpenAsync(directory.Combine("version-hint.text"), cancellationToken);
        if (reader is null || reader.Length > MaxHintBytes)
            return null;
        byte[] bytes = new byte[reader.Length];
        await reader.ReadAsync(0, bytes, cancellationToken);
        return Encoding.UTF8.GetString(bytes).Trim();
    }

    private async Task<MetadataFile> FindFromVersionAsync(long hint, Documents listed, CancellationToken cancellationToken)
    {
        Location? current = await FindStemAsync($"v{hint}", listed, cancellationToken);
        if (current is null)
        {
            return listed.AreAll
                // Both may have been written behind the listing.
                ? await FindFromVersionAsync(hint, Documents.NotListed, cancellationToken)
                : Choose((await ListAsync(int.MaxValue, cancellationToken)).Files.Where(file => file.Name.Version == hint), () => HintIsWrong($"version {hint}"));
        }

        long version = hint;
        while (await FindStemAsync($"v{version + 1}", listed, cancellationToken) is { } next)
            (current, version) = (next, version + 1);
        return new MetadataFile(current.Value, table, version == hint
            ? []
            : [$"version-hint.text says {hint}, but version {version} is there and was taken: the hint is written after the commit."]);
    }

    private async Task<MetadataFile> FindNamedAsync(string hint, Documents listed, CancellationToken cancellationToken)
    {
        string name = hint[(hint.LastIndexOf('/') + 1)..];
        if (await FindStemAsync(MetadataFileName.Parse(name)?.Stem ?? name, listed, cancellationToken) is not { } named)
            return listed.AreAll ? await FindNamedAsync(hint, Documents.NotListed, cancellationToken) : throw HintIsWrong($"'{hint}'");
        MetadataFile file = new(named, table, []);
        long version = MetadataFileName.Parse(named.Name)?.Version ?? long.MaxValue;
        long highest = (await AllAsync(listed, cancellationToken)).Max(other => other.Name.Version) ?? version;
        return highest <= version
            ? file
            : file with { Notes = [$"version-hint.text names '{named.Name}', which was taken, but there is a version {highest} as well."] };
    }

    private async Task<MetadataFile> FindHighestAsync(Documents listed, CancellationToken cancellationToken)
    {
        IReadOnlyList<(Location Location, MetadataFileName Name)> files = await AllAsync(listed, cancellationToken);
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

    /// <summary>The document of a version: by the listing where that has all, else by its name.</summary>
    private async Task<Location?> FindStemAsync(string stem, Documents listed, CancellationToken cancellationToken)
    {
        Location[] candidates = [.. MetadataFileName.Suffixes.Select(suffix => directory.Combine(stem + suffix))];
        bool[] areThere = listed.AreAll
            ? [.. candidates.Select(candidate => listed.Files.Any(file => file.Location == candidate))]
            : await Task.WhenAll(candidates.Select(candidate => store.ExistsAsync(candidate, cancellationToken).AsTask()));
        int first = Array.IndexOf(areThere, true);
        return first < 0 ? null : candidates[first];
    }

    private async Task<IReadOnlyList<(Location Location, MetadataFileName Name)>> AllAsync(Documents listed, CancellationToken cancellationToken) =>
        (listed.AreAll ? listed : await ListAsync(int.MaxValue, cancellationToken)).Files;

    private async Task<Documents> ListAsync(int mostFiles, CancellationToken cancellationToken)
    {
        var documents = new List<(Location, MetadataFileName)>();
        int files = 0;
        await foreach (StoredObject file in store.ListAsync(directory, cancellationToken))
        {
            if (file.Location.Parent == directory && MetadataFileName.Parse(file.Location.Name) is { } name)
                documents.Add((file.Location, name));
            if (++files == mostFiles)
                return Documents.NotListed;
        }

        return new Documents(documents, AreAll: true);
    }

    private CorruptTableException HintIsWrong(string named) => new("iceberg.metadata_missing",
        $"'{directory}/version-hint.text' names {named}, which is not there. Restore the document, or name a metadata.json to read an older state.");

    /// <summary>Metadata documents of the table.</summary>
    /// <param name="Files">Where they are.</param>
    /// <param name="AreAll">None is missing that was there when they were listed.</param>
    private sealed record Documents(IReadOnlyList<(Location Location, MetadataFileName Name)> Files, bool AreAll)
    {
        public static readonly Documents NotListed = new([], AreAll: false);
    }
}
