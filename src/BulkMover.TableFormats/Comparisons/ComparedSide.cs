using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.TableFormats.Comparisons;

/// <summary>One of two tables that are compared, as its rows come.</summary>
/// <param name="name">The table, for messages.</param>
/// <param name="conversion">Makes the compared columns of its own; null where they are.</param>
internal sealed class ComparedSide(string name, BatchConversion? conversion)
{
    /// <summary>A target that looks at the rows of a copy.</summary>
    /// <param name="look">At some rows in the compared columns, which stay the caller's, and their hashes.</param>
    /// <param name="begin">Begins a run, from nothing.</param>
    public ITarget NewReading<T>(Func<RecordBatch, ulong[], Digest, T> look, Func<Run<T>> begin) => new ReadingTarget(
        name,
        (request, _) => Task.FromResult(new TargetPlan(request, [], [], [])),
        _ =>
        {
            Run<T> run = begin();
            return new ReadingLoad
            {
                BytesToLookAt = BytesToHash,
                LookAt = batch => [Look(batch, look)],
                Keep = (block, task) => run.Keep(((SeenRows<T>)block).Seen, task),
                Finish = _ =>
                {
                    run.Finish();
                    return Task.CompletedTask;
                },
            };
        });

    // Converting makes wider values of some, and columns that are not there.
    private long BytesToHash(RecordBatch batch) => (conversion is null ? 0 : (2 * BatchMemory.Bytes(batch)) + (long)(batch.Length * conversion.FilledRowBytes)) + BatchHash.Bytes(batch) + (8L * batch.Length);

    private SeenRows<T> Look<T>(RecordBatch batch, Func<RecordBatch, ulong[], Digest, T> look)
    {
        using RecordBatch rows = conversion is null ? batch : conversion.Apply(batch, MemoryAllocator.Default.Value);
        ulong[] hashes = new ulong[rows.Length];
        Digest digest = BatchHash.Of(rows, hashes);
        return new SeenRows<T>(rows.Length, look(rows, hashes, digest), 8L * rows.Length);
    }

    /// <summary>What is made of the rows of one run.</summary>
    /// <param name="Keep">What was seen of some of them, and the number of their chunk. One call at a time.</param>
    /// <param name="Finish">All were seen.</param>
    public sealed record Run<T>(Action<T, long> Keep, Action Finish);
}
