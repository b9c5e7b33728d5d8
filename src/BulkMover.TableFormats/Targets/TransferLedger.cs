using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;

namespace BulkMover.TableFormats.Targets;

/// <summary>
/// What a table's directory remembers of its transfers, below <c>_bulkmover/transfers</c>: of each the entries by number, from 1. An entry is
/// written where there is none yet, so of two runs of a transfer one learns that the other has gone on (decisions/0011).
/// </summary>
internal sealed class TransferLedger(IWritableStore store, Location root)
{
    /// <summary>Of the directory in a table's that is ours; readers of tables pass over names that begin so.</summary>
    public const string Directory = "_bulkmover";

    private const string Ending = ".json";
    private const int EntriesAtOnce = 16;

    /// <summary>Of entries that are read ahead, as they are stored: that of a chunk may have thousands of files, with bounds of all their columns, and takes several times as much in memory.</summary>
    private const long BytesAtOnce = 4 << 20;

    /// <summary>More than the last entry of a transfer that has ended.</summary>
    private const long SmallBytes = 16 << 10;

    private readonly string run = Guid.NewGuid().ToString("N");
    private readonly Location directory = root.Combine($"{Directory}/transfers");

    /// <summary>A place where nothing else is, for a trial.</summary>
    public Location ScratchOf(TransferId transfer) => InDirectoryOf(root, transfer, $"trial-{run}");

    /// <summary>A place beside the entries of a transfer, for what is no entry.</summary>
    public static Location InDirectoryOf(Location root, TransferId transfer, string name) => root.Combine($"{Directory}/transfers/{transfer}/{name}");

    /// <summary>What is told of all transfers, in no order. Of one that is complete one entry is read: a table that is copied into each hour has thousands of them.</summary>
    public async Task<IReadOnlyCollection<TransferRecord>> RecordsAsync(string table, CancellationToken cancellationToken)
    {
        Dictionary<TransferId, List<EntryPlace>> entries = await PlacesAsync(cancellationToken);
        IReadOnlyDictionary<TransferId, TransferEntry> ends = await EndsAsync(entries, cancellationToken);
        var records = new List<TransferRecord>();
        // One after another, for what they hold; no table has many that have not ended.
        foreach ((TransferId transfer, List<EntryPlace> its) in entries)
        {
            TransferRecord? record = ends.GetValueOrDefault(transfer) switch
            {
                TransferCompleted completed => completed.Record(transfer, table, completed.Origin!),
                TransferDiscarded => null,
                _ => (await FoldAsync(transfer, its, cancellationToken)).Record(table),
            };
            if (record is not null)
                records.Add(record);
        }

        return records;
    }

    /// <summary>The commits by which transfers have replaced the table's rows, but for those of one. One may have replaced them and not have entered so yet.</summary>
    public async Task<IReadOnlyList<Replacement>> ReplacementsAsync(TransferId except, CancellationToken cancellationToken)
    {
        Dictionary<TransferId, List<EntryPlace>> entries = await PlacesAsync(cancellationToken);
        entries.Remove(except);
        IReadOnlyDictionary<TransferId, TransferEntry> ends = await EndsAsync(entries, cancellationToken);
        var replacements = new List<Replacement>();
        foreach ((TransferId transfer, List<EntryPlace> its) in entries)
        {
            if (ends.GetValueOrDefault(transfer) is TransferCompleted last)
            {
                Add(transfer, last);
                continue;
            }

            TransferState state = await FoldAsync(transfer, its, cancellationToken);
            Add(transfer, state.LastCompleted);
            if (state is { MayHaveReplaced: true, IsComplete: false })
                replacements.Add(new Replacement(transfer, null));
        }

        return replacements;

        void Add(TransferId transfer, TransferCompleted? completed)
        {
            if (completed?.Mode == CopyMode.Replace)
                replacements.Add(new Replacement(transfer, completed.Made));
        }
    }

    public async Task<TransferState> ReadAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        var entries = new List<EntryPlace>();
        await foreach (StoredObject found in store.ListAsync(directory.Combine(transfer.Value), cancellationToken))
        {
            if (NumberOf(found.Location) is { } number)
                entries.Add(new EntryPlace(number, found.Bytes));
        }

        return await FoldAsync(transfer, entries, cancellationToken);
    }

    /// <summary>Writes the next entry and adds it to the state.</summary>
    /// <exception cref="TargetException">Another run has written one meanwhile.</exception>
    public async Task AddAsync(TransferState state, TransferEntry entry, CancellationToken cancellationToken)
    {
        entry = entry with { Run = run, At = DateTimeOffset.UtcNow };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(entry, TransferJson.Default.TransferEntry);
        var place = new EntryPlace(state.LastEntry + 1, bytes.Length);
        if (!await store.TryPutNewAsync(At(state.Transfer, place.Number), bytes, cancellationToken))
            throw Lost(state);

        state.Add(place, entry);
    }

    /// <summary>The files of all chunks that have arrived, in the order of their entries.</summary>
    public async IAsyncEnumerable<FileEntry> FilesAsync(TransferState state, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach ((_, TransferEntry entry) in EntriesAsync(state.Transfer, [.. state.ChunkEntries], cancellationToken))
        {
            // The run that has gone on with it may have come to its end meanwhile, and emptied them.
            foreach (FileEntry file in (entry as ChunkArrived ?? throw Lost(state)).Files)
                yield return file;
        }
    }

    /// <summary>Before what cannot be taken back: a run that has lost the transfer must not do it.</summary>
    /// <exception cref="TargetException">Another run has written an entry meanwhile.</exception>
    public async Task ThrowIfLostAsync(TransferState state, CancellationToken cancellationToken)
    {
        if (await store.ExistsAsync(At(state.Transfer, state.LastEntry + 1), cancellationToken))
            throw Lost(state);
    }

    /// <summary>Forgets the files of a transfer that is complete, whose table tells them now, or that was given up.</summary>
    /// <param name="transfer">Which.</param>
    /// <param name="entries">As <see cref="TransferState.ChunkEntries"/>.</param>
    /// <param name="cancellationToken">Stops in between.</param>
    public async Task ForgetFilesAsync(TransferId transfer, IReadOnlyList<EntryPlace> entries, CancellationToken cancellationToken)
    {
        byte[] forgotten = JsonSerializer.SerializeToUtf8Bytes(new ChunkForgotten { Run = run, At = DateTimeOffset.UtcNow }, TransferJson.Default.TransferEntry);
        var options = new ParallelOptions { MaxDegreeOfParallelism = EntriesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(entries, options, async (entry, stopping) => await store.PutAsync(At(transfer, entry.Number), forgotten, stopping));
    }

    private async Task<Dictionary<TransferId, List<EntryPlace>>> PlacesAsync(CancellationToken cancellationToken)
    {
        var entries = new Dictionary<TransferId, List<EntryPlace>>();
        await foreach (StoredObject found in store.ListAsync(directory, cancellationToken))
        {
            if (NumberOf(found.Location) is not { } number)
                continue;
            var transfer = new TransferId(found.Location.Parent.Name);
            if (!entries.TryGetValue(transfer, out List<EntryPlace>? its))
                entries.Add(transfer, its = []);
            its.Add(new EntryPlace(number, found.Bytes));
        }

        return entries;
    }

    /// <summary>The last entries of those that have ended, where these alone tell what there is to tell.</summary>
    private async Task<IReadOnlyDictionary<TransferId, TransferEntry>> EndsAsync(Dictionary<TransferId, List<EntryPlace>> entries, CancellationToken cancellationToken)
    {
        var ends = new ConcurrentDictionary<TransferId, TransferEntry>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = EntriesAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(entries, options, async (its, stopping) =>
        {
            EntryPlace last = its.Value.MaxBy(entry => entry.Number);
            TransferEntry? end = last.Bytes <= SmallBytes ? await EntryAsync(At(its.Key, last.Number), stopping) : null;
            if (end is TransferCompleted { Origin: not null } or TransferDiscarded)
                ends[its.Key] = end;
        });
        return ends;
    }

    private async Task<TransferState> FoldAsync(TransferId transfer, List<EntryPlace> entries, CancellationToken cancellationToken)
    {
        var state = new TransferState(transfer);
        entries.Sort((one, other) => one.Number.CompareTo(other.Number));
        await foreach ((EntryPlace place, TransferEntry entry) in EntriesAsync(transfer, entries, cancellationToken))
            state.Add(place, entry);
        return state;
    }

    /// <summary>In their order, some read ahead.</summary>
    private async IAsyncEnumerable<(EntryPlace Place, TransferEntry Entry)> EntriesAsync(
        TransferId transfer, IReadOnlyList<EntryPlace> places, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = new Queue<(EntryPlace Place, Task<TransferEntry> Entry)>();
        long bytes = 0;
        for (int next = 0; next < places.Count || ahead.Count > 0;)
        {
            for (; next < places.Count && (ahead.Count == 0 || (ahead.Count < EntriesAtOnce && bytes + places[next].Bytes <= BytesAtOnce)); next++)
            {
                ahead.Enqueue((places[next], EntryAsync(At(transfer, places[next].Number), cancellationToken)));
                bytes += places[next].Bytes;
            }

            (EntryPlace first, Task<TransferEntry> entry) = ahead.Dequeue();
            bytes -= first.Bytes;
            yield return (first, await entry);
        }
    }

    private async Task<TransferEntry> EntryAsync(Location location, CancellationToken cancellationToken)
    {
        byte[] bytes = await store.ReadAllAsync(location, null, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize(bytes, TransferJson.Default.TransferEntry) ?? throw Broken(location, null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw Broken(location, error);
        }
    }

    private static TargetException Lost(TransferState state) => new("lake.transfer_runs_elsewhere",
        $"Another run of transfer {state.Transfer} has gone on with it, so this one ends. Nothing is lost: what it has brought is the other one's, or is brought by that again.");

    private static TargetException Broken(Location location, Exception? error) => new("lake.ledger_broken",
        $"'{location}' is no entry of a transfer that this version knows. It was altered, or a later version wrote it: use that, or remove the directory it is in to forget the transfer.", error);

    private Location At(TransferId transfer, long number) => directory.Combine(string.Create(CultureInfo.InvariantCulture, $"{transfer}/{number:d10}{Ending}"));

    private static long? NumberOf(Location location) =>
        location.Name.EndsWith(Ending, StringComparison.Ordinal)
        && long.TryParse(location.Name.AsSpan(0, location.Name.Length - Ending.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;
}
