using System.Collections.Concurrent;
using Apache.Arrow;
using BulkMover.Conformance.Corpus;
using BulkMover.Conformance.Reading;
using BulkMover.Core.Errors;
using BulkMover.Testing.Canon;

namespace BulkMover.Conformance.SecondEngines;

/// <summary>Reads the valid tables of a format with an engine and with BulkMover, and compares row by row.</summary>
internal sealed class CrossCheck(ISecondEngine engine, IReadOnlyList<EngineDifference> differences)
{
    private const int TablesAtATime = 2;

    /// <summary>Larger tables have nothing that the smaller have not.</summary>
    private const int MostRows = 200_000;

    private readonly ConcurrentDictionary<EngineDifference, bool> needed = new();

    /// <summary>
    /// A line for each table in which the engine differs without a word in the list, and for each line of the list that no table needs:
    /// the list can only get shorter.
    /// </summary>
    public async Task<IReadOnlyCollection<string>> ProblemsAsync(string format, CancellationToken cancellationToken)
    {
        var problems = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(
            CorpusIndex.Instance.Entries.Where(entry => entry.Format == format && entry.Outcome == "rows" && entry.Expected!.Rows <= MostRows),
            new ParallelOptions { MaxDegreeOfParallelism = TablesAtATime, CancellationToken = cancellationToken },
            async (entry, stopping) =>
            {
                if (await ProblemAsync(entry, stopping) is { } problem)
                    problems.Add($"{entry.Name}: {problem}");
            });
        foreach (EngineDifference difference in differences.Where(difference => !needed.ContainsKey(difference)))
            problems.Add($"No table needs: {difference.Why}");
        return problems;
    }

    private async Task<string?> ProblemAsync(CorpusEntry entry, CancellationToken cancellationToken)
    {
        using EngineAnswer answer = await engine.ReadAsync(entry, cancellationToken);
        EngineDifference? known = differences.FirstOrDefault(difference => difference.Covers(entry, answer.Error));
        if (known is not null)
            needed[known] = true;

        (CanonRows Rows, Schema Schema) ours;
        try
        {
            ours = await ForeignTable.ReadAsync(entry, engine.Style, cancellationToken);
        }
        catch (BulkMoverException)
        {
            // Whether that is right is the other tests' question.
            return null;
        }

        string? difference = answer.Error ?? Difference(answer, ours.Rows, ours.Schema);
        return (known, difference) switch
        {
            (null, not null) => $"{engine.Name} differs. {difference}",
            (not null, null) => $"{engine.Name} agrees, though the list says: {known.Why}",
            _ => null,
        };
    }

    private string? Difference(EngineAnswer answer, CanonRows ours, Schema schema)
    {
        var canon = new CanonWriter(engine.Style);
        var theirs = new CanonRows();
        try
        {
            foreach (RecordBatch batch in answer.Batches)
                theirs.Add(canon.Lines(EngineColumns.Under(schema, batch)));
        }
        catch (NotSupportedException type)
        {
            return type.Message;
        }

        return ours.DifferenceFrom(theirs);
    }
}
