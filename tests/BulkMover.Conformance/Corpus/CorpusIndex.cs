using System.Text.Json;

namespace BulkMover.Conformance.Corpus;

/// <summary>The tables of other engines that lie beside the repository, or where <c>BULKMOVER_CORPUS</c> says.</summary>
public sealed class CorpusIndex
{
    private static readonly Lazy<CorpusIndex> Loaded = new(() => new CorpusIndex(FindDirectory()));

    private readonly Dictionary<string, CorpusEntry> entries;

    private CorpusIndex(string directory)
    {
        Directory = directory;
        using FileStream json = File.OpenRead(Path.Combine(directory, "INDEX.json"));
        CorpusEntry[] entries = JsonSerializer.Deserialize<CorpusEntry[]>(json, JsonSerializerOptions.Web)!;
        this.entries = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
    }

    public static CorpusIndex Instance => Loaded.Value;

    public string Directory { get; }

    public IReadOnlyCollection<CorpusEntry> Entries => entries.Values;

    public CorpusEntry this[string name] => entries[name];

    private static string FindDirectory()
    {
        if (Environment.GetEnvironmentVariable("BULKMOVER_CORPUS") is { Length: > 0 } named)
            return named;
        DirectoryInfo? root = new(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "BulkMover.sln")))
            root = root.Parent;
        return root is null
            ? throw new DirectoryNotFoundException("This program lies in no clone of BulkMover; say in BULKMOVER_CORPUS where the tables are.")
            : Path.GetFullPath(Path.Combine(root.FullName, "..", "shared", "corpus"));
    }
}
