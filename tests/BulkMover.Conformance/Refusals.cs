using BulkMover.Conformance.Corpus;
using BulkMover.Core.Errors;

namespace BulkMover.Conformance;

/// <summary>
/// What is not read yet and may be refused: by format and feature of the corpus, with a word that the refusal must say. Whatever is not
/// here must be read. The list only ever gets shorter.
/// </summary>
internal static class Refusals
{
    private static readonly (string Format, string Feature, string Word)[] Allowed =
    [
        ("iceberg", "data:orc", "ORC"),
        ("iceberg", "data:avro", "Avro"),
        // Neither Arrow nor ClickHouse has more.
        ("parquet", "type:BYTE_ARRAY/DECIMAL", "at most 76 digits"),
    ];

    public static bool Allow(CorpusEntry entry, UnsupportedFeatureException refusal) => Allowed.Any(allowed =>
        allowed.Format == entry.Format && entry.Features.Contains(allowed.Feature)
        && refusal.Message.Contains(allowed.Word, StringComparison.OrdinalIgnoreCase));
}
