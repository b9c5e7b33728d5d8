using Apache.Arrow;
using BulkMover.Conformance.Corpus;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>A reader of tables that has nothing in common with ours.</summary>
internal interface ISecondEngine
{
    string Name { get; }

    /// <summary>How both sides print, so that what the engine's types cannot tell apart looks alike.</summary>
    CanonStyle Style { get; }

    /// <summary>Reads a whole table.</summary>
    Task<EngineAnswer> ReadAsync(CorpusEntry entry, CancellationToken cancellationToken);
}

/// <summary>All rows of a table as an engine reads them, or why it does not.</summary>
internal sealed record EngineAnswer(IReadOnlyList<RecordBatch> Batches, string? Error) : IDisposable
{
    public static EngineAnswer Failed(string error) => new([], error);

    public void Dispose()
    {
        foreach (RecordBatch batch in Batches)
            batch.Dispose();
    }
}
