using System.Text.Json;
using BulkMover.Testing;

namespace BulkMover.Conformance.Corpus;

/// <summary>The tables of other engines that lie beside the repository, or where <c>BULKMOVER_CORPUS</c> says.</summary>
public sealed class CorpusIndex
{
    private static readonly Lazy<CorpusIndex> Loaded = new(() => new CorpusIndex(CorpusDirectory.Find()));

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
}
