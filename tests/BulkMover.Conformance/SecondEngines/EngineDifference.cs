using BulkMover.Conformance.Corpus;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>Tables that an engine does not read as the specification says, and the rule by which we do.</summary>
/// <param name="Says">A part of the error that it ends with; null when it answers with other rows, or dies of what makes them others.</param>
/// <param name="Why">What it does, and what the specification says.</param>
/// <param name="Of">Names of the tables, or features that all of them have; none for all that end with this error.</param>
internal sealed record EngineDifference(string? Says, string Why, params string[] Of)
{
    /// <summary>The error of an engine whose process has ended.</summary>
    public const string Died = "It died.";

    public bool Covers(CorpusEntry entry, string? error) =>
        (Says is null) == (error is null or Died)
        && (Says is null || error!.Contains(Says, StringComparison.Ordinal))
        && (Of.Length == 0 || Of.Contains(entry.Name) || entry.Features.Any(Of.Contains));
}
