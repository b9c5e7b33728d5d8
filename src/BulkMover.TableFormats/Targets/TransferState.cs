using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>What the entries of one transfer come to. For one caller at a time.</summary>
internal sealed class TransferState(TransferId transfer)
{
    private readonly Dictionary<long, ArrivedChunk> arrived = [];
    private readonly Dictionary<long, EntryPlace> chunkEntries = [];
    private long allChunks;
    private long allRows;

    public TransferId Transfer => transfer;

    /// <summary>Number of the last entry; 0 when there is none.</summary>
    public long LastEntry { get; private set; }

    /// <summary>What the last run that began from zero wrote; null when nothing counts.</summary>
    public TransferBegun? Begun { get; private set; }

    public DateTimeOffset FirstAt { get; private set; }

    public DateTimeOffset LastAt { get; private set; }

    public bool HasArrived { get; private set; }

    /// <summary>When it had.</summary>
    public DateTimeOffset ArrivedAt { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>The last entry that all rows are visible, also when the transfer was begun anew or discarded since: that takes nothing out of the table.</summary>
    public TransferCompleted? LastCompleted { get; private set; }

    /// <summary>Its commit may have replaced the table's rows without an entry of that, also when it was begun anew or discarded since.</summary>
    public bool MayHaveReplaced { get; private set; }

    /// <summary>What there is of it is to be removed, and was perhaps in part.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>By chunk.</summary>
    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => arrived;

    /// <summary>The entries that tell the files of the chunks, by number.</summary>
    public IEnumerable<EntryPlace> ChunkEntries => chunkEntries.Values.OrderBy(entry => entry.Number);

    public long Rows => IsComplete || HasArrived ? allRows : arrived.Values.Sum(chunk => chunk.Rows);

    /// <param name="place">Its number is higher than those before.</param>
    /// <param name="entry">The entry.</param>
    public void Add(EntryPlace place, TransferEntry entry)
    {
        LastEntry = place.Number;
        LastAt = entry.At;
        switch (entry)
        {
            case TransferBegun begun:
                if (begun.IsFirst)
                    Clear();
                if (Begun is null)
                    FirstAt = entry.At;
                Begun = begun.IsFirst || Begun is null ? begun : Begun with { SourceRows = begun.SourceRows ?? Begun.SourceRows, Origin = begun.Origin, Settled = begun.Settled };
                break;
            case ChunkArrived chunk:
                arrived[chunk.Chunk] = new ArrivedChunk(chunk.Tasks, chunk.Rows);
                chunkEntries[chunk.Chunk] = place;
                break;
            case AllArrived all:
                (HasArrived, ArrivedAt, allRows) = (true, entry.At, all.Rows);
                MayHaveReplaced |= Begun?.Mode == CopyMode.Replace;
                break;
            case TransferCompleted completed:
                (IsComplete, allRows, allChunks) = (true, completed.Rows, completed.Chunks);
                // An entry of an earlier version does not repeat the mode.
                LastCompleted = completed with { Mode = Begun?.Mode ?? completed.Mode };
                break;
            case TransferGivenUp:
                IsGivenUp = true;
                break;
            case TransferDiscarded:
                Clear();
                break;
        }
    }

    /// <summary>The entry that all rows are visible.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="made">The commit that made them visible.</param>
    public TransferCompleted Completed(long rows, TableVersion? made) =>
        new(rows, arrived.Count) { Origin = Begun!.Origin, Mode = Begun.Mode, BegunAt = FirstAt, SourceRows = Begun.SourceRows, Made = made };

    /// <summary>Null when nothing counts.</summary>
    public TransferRecord? Record(string table) => Begun is null ? null : new TransferRecord(
        transfer, table, Begun.Origin, Begun.Mode, IsComplete, IsComplete ? allChunks : arrived.Count, Rows, FirstAt, LastAt)
    {
        HasArrived = HasArrived && !IsComplete,
        SourceRows = Begun.SourceRows,
    };

    private void Clear()
    {
        (Begun, HasArrived, IsComplete, IsGivenUp) = (null, false, false, false);
        arrived.Clear();
        chunkEntries.Clear();
    }
}
