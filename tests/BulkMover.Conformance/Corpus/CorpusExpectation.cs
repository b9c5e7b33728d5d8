using System.Text.Json.Serialization;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.Corpus;

/// <summary>What a table holds, as other engines read it.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Columns">The columns in order.</param>
/// <param name="Answer">File of the content, below the corpus; null for large tables.</param>
/// <param name="Sha256">Hash of the content, as <see cref="CanonRows.Sha256"/>; null when only the number of rows is known.</param>
/// <param name="Version">Delta: the latest version.</param>
public sealed record CorpusExpectation(
    long? Rows,
    IReadOnlyList<CorpusColumn>? Columns,
    string? Answer,
    [property: JsonPropertyName("sha256_canon1")] string? Sha256,
    long? Version)
{
    /// <summary>Null when there is no answer.</summary>
    public CanonRows? ReadAnswer() => Answer is null ? null : CanonRows.Read(System.IO.Path.Combine(CorpusIndex.Instance.Directory, Answer));
}

/// <param name="Name">Name of the column.</param>
/// <param name="Type">Its type in the words of the format, or for Parquet of the engine that answered.</param>
public sealed record CorpusColumn(string Name, string Type);
