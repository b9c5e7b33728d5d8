using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse.Tables;

namespace BulkMover.Databases.ClickHouse.Transfers;

/// <summary>What the entries of one transfer come to.</summary>
/// <param name="transfer">Which.</param>
/// <param name="target">The table that it fills.</param>
internal sealed class LedgerState(TransferId transfer, string target)
{
    private readonly Dictionary<long, Loaded> loaded = [];
    private readonly Dictionary<long, ArrivedChunk> collected = [];
    private readonly Dictionary<string, long> staged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> lastBlocks = new(StringComparer.Ordinal);
    private readonly HashSet<string> published = new(StringComparer.Ordinal);
    private Loaded? lastLoaded;
    private long lastLoadedEpoch;
    private DateTimeOffset begunAt;
    private DateTimeOffset lastAt;

    public TransferId Transfer => transfer;

    /// <summary>Of the last run; 0 when there was none.</summary>
    public long Epoch { get; private set; }

    /// <summary>How many there are of all its runs, also of what was discarded.</summary>
    public long Entries { get; private set; }

    /// <summary>How the transfer began; null when it has not, or was discarded.</summary>
    public Begun? Begun { get; private set; }

    /// <summary>Identity of the staging table; null when the transfer has not begun.</summary>
    public string? Staging { get; private set; }

    public Completed? Completed { get; private set; }

    /// <summary>The chunks that are in the staging table, by number.</summary>
    public IReadOnlyDictionary<long, ArrivedChunk> Collected => collected;

    /// <summary>The chunk that was loaded last, when it may be half-way into the staging table; else null.</summary>
    public Loaded? Interrupted => lastLoaded is null || collected.ContainsKey(lastLoaded.Chunk) ? null : lastLoaded;

    /// <summary>The chunks, by number, that the next run will have in the staging table, with one that it first has to bring there.</summary>
    public IEnumerable<KeyValuePair<long, ArrivedChunk>> Arrived() => Interrupted is null
        ? collected
        : collected.Append(new(Interrupted.Chunk, new ArrivedChunk(Interrupted.Tasks, Interrupted.Rows.Values.Sum())));

    /// <summary>Whether a table is the staging table, or is to take its place and perhaps has.</summary>
    public bool IsStaging(ExistingTable? table) => table is not null && (table.Identity == Staging || table.Identity == Interrupted?.Table);

    /// <summary>Of the run that loaded <see cref="Interrupted"/>, and of its chunk table.</summary>
    public long InterruptedEpoch => lastLoadedEpoch;

    /// <summary>All rows of the transfer are in the staging table, or were; null when some may be missing.</summary>
    public Arrived? AllArrived { get; private set; }

    /// <summary>Identity of the table that partitions are moved to at the end; null before that.</summary>
    public string? Destination { get; private set; }

    /// <summary>Whether that table is the transfer's own and becomes the target.</summary>
    public bool DestinationBecomesTarget { get; private set; }

    /// <summary>Rows that the table had before the first partition was moved to it, and when that was; null when none was.</summary>
    public (long Rows, DateTimeOffset At)? Before { get; private set; }

    /// <summary>When it was complete; null before.</summary>
    public DateTimeOffset? CompletedAt { get; private set; }

    /// <summary>Of the partitions that may have been moved: the highest number of a block before.</summary>
    public IReadOnlyDictionary<string, long> LastBlocks => lastBlocks;

    /// <summary>Partitions that have been moved.</summary>
    public IReadOnlySet<string> Published => published;

    /// <summary>
    /// Rows have been moved into the target, which readers see, and not all: what was before cannot be forgotten without bringing them twice. Where
    /// they take the place of others they never come twice.
    /// </summary>
    public bool IsHalfPublished => Completed is null && Destination is not null && !DestinationBecomesTarget && lastBlocks.Count > 0 && Begun?.Mode != CopyMode.Replace;

    /// <summary>Rows go into the target by way of a table that replicates, which has those that are not there yet.</summary>
    public bool HandsOver => AllArrived?.Final is not null && Destination is not null && !DestinationBecomesTarget;

    /// <summary>Whether a table has all rows and is what readers see, and only the end of the transfer is missing.</summary>
    public bool IsPublished(ExistingTable target) => Destination is not null && !DestinationBecomesTarget
        ? target.Identity == Destination && staged.Keys.Concat(lastBlocks.Keys).All(published.Contains)
        : target.Identity == (Destination ?? Staging);

    /// <summary>Rows that the staging table must hold of each partition while nothing has been moved out of it.</summary>
    public IReadOnlyDictionary<string, long> StagedRows => staged;

    /// <summary>For people and for the command that goes on; null when nothing of the transfer counts.</summary>
    /// <param name="table">The target as it is now; null when there is none.</param>
    public TransferRecord? Record(ExistingTable? table) => Begun is null
        ? null
        : new TransferRecord(transfer, target, Begun.Origin, Begun.Mode, Completed is not null, collected.Count, collected.Values.Sum(chunk => chunk.Rows), begunAt, lastAt)
        {
            SourceRows = Begun.SourceRows,
            HasArrived = Completed is null && (AllArrived is not null || Destination is not null || (table is not null && IsPublished(table))),
        };

    public void Apply(LedgerEntry entry, long epoch, DateTimeOffset at)
    {
        Epoch = Math.Max(Epoch, epoch);
        Entries++;
        lastAt = at;
        switch (entry)
        {
            case Begun begun:
                if (Begun is null)
                    begunAt = at;
                (Begun, Staging) = (begun, begun.Staging);
                break;
            case Loaded chunk when !collected.ContainsKey(chunk.Chunk):
                // Digests are needed to compare only, and are many.
                loaded[chunk.Chunk] = lastLoaded = chunk with { Digest = "" };
                lastLoadedEpoch = epoch;
                break;
            case Collected chunk when loaded.Remove(chunk.Chunk, out Loaded? its):
                Staging = chunk.Table ?? Staging;
                collected[chunk.Chunk] = new ArrivedChunk(its.Tasks, its.Rows.Values.Sum());
                // Of millions of chunks no more than that is kept.
                foreach ((string partition, long rows) in its.Rows)
                    staged[partition] = staged.GetValueOrDefault(partition) + rows;
                break;
            case Arrived all:
                AllArrived = all;
                break;
            case Publishing moves:
                Before = Before is null || Begun?.Mode == CopyMode.Replace ? (moves.RowsBefore, at) : Before;
                if (Destination != moves.Destination)
                {
                    lastBlocks.Clear();
                    published.Clear();
                }

                // Once more, in part or as a whole: what was moved or replaced before is not there until it is entered again.
                published.ExceptWith(moves.LastBlocks.Keys);
                (Destination, DestinationBecomesTarget) = (moves.Destination, moves.BecomesTarget);
                foreach ((string partition, long block) in moves.LastBlocks)
                    lastBlocks[partition] = block;
                break;
            case Published moves:
                published.UnionWith(moves.Partitions);
                break;
            case Completed end:
                (Completed, CompletedAt) = (end, at);
                break;
            case Discarded:
                Forget();
                break;
        }
    }

    private void Forget()
    {
        loaded.Clear();
        lastLoaded = null;
        collected.Clear();
        staged.Clear();
        lastBlocks.Clear();
        published.Clear();
        (Begun, Staging, AllArrived) = (null, null, null);
        (Completed, CompletedAt, Before) = (null, null, null);
        (Destination, DestinationBecomesTarget) = (null, false);
    }
}
