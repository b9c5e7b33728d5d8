using System.Text.Json.Serialization;

namespace BulkMover.Conformance.Corpus;

/// <summary>One table of the corpus, as its index describes it.</summary>
/// <param name="Name">Unique.</param>
/// <param name="Format"><c>parquet</c>, <c>delta</c> or <c>iceberg</c>.</param>
/// <param name="Outcome">What reading it must come to.</param>
/// <param name="Path">Below the corpus.</param>
/// <param name="Features">What it exercises.</param>
/// <param name="MetadataFile">Iceberg: the document to read, below <paramref name="Path"/>.</param>
/// <param name="SnapshotId">Iceberg: the current snapshot.</param>
/// <param name="PathPrefixes">Iceberg: beginnings of the paths in its metadata, each with the folder it stands for: <c>s3://b/t/ -> .</c>.</param>
/// <param name="Expected">What it holds, where that is known.</param>
public sealed record CorpusEntry(
    string Name,
    string Format,
    string Outcome,
    string Path,
    IReadOnlyList<string> Features,
    [property: JsonPropertyName("metadata_file")] string? MetadataFile,
    [property: JsonPropertyName("snapshot_id")] string? SnapshotId,
    [property: JsonPropertyName("path_prefixes")] IReadOnlyList<string>? PathPrefixes,
    CorpusExpectation? Expected)
{
    /// <summary>As FROM of the command line.</summary>
    public string Address
    {
        get
        {
            string path = System.IO.Path.Combine(CorpusIndex.Instance.Directory, Path);
            return $"{Format}:{(MetadataFile is null ? path : System.IO.Path.Combine(path, MetadataFile))}";
        }
    }
}
