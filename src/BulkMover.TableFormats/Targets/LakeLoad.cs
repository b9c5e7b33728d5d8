using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.TableFormats.Targets;

/// <summary>A transfer on its way into a lake's table: chunks become files that no reader knows of, and one commit makes them part of the table (decisions/0011).</summary>
internal sealed class LakeLoad : ITargetLoad
{
    private readonly IWritableStore store;
    private readonly ITableFormat format;
    private readonly TransferLedger ledger;
    private readonly LakePlan plan;
    private readonly LakeOptions options;
    private readonly TransferState state;
    private readonly long epoch;
    private readonly BatchConversion? conversion;
    private readonly PartitionSplit? split;
    private readonly OpenFiles? openFiles;

    private LakeLoad(IWritableStore store, ITableFormat format, TransferLedger ledger, LakePlan plan, LakeOptions options, LoadMemory? memory)
    {
        (this.store, this.format, this.ledger, this.plan, this.options, state) = (store, format, ledger, plan, options, plan.State);
        epoch = state.LastEntry;
        if (plan.Write is { } write)
        {
            conversion = BatchConversion.Of(plan.Request.Origin.Source, plan.Request.Schema, write.Schema);
            Adoption = plan.Request.Adoption is { } adoption ? new FileAdoption(adoption, plan.Request.Schema, write) : null;
            split = new PartitionSplit(write.Partitions, MemoryAllocator.Default.Value);
        }

        if (memory is null)
            return;
        openFiles = new OpenFiles(memory.OpenFiles);
        WriterBytes = memory.WriterBytes;
        Lanes = [.. Enumerable.Range(0, memory.Lanes).Select(_ => new WriterLane(memory.LaneBytes, options.Parquet.RowGroupBytes, options.Parquet.FileBytes))];
        RowGroupBytes = Math.Min(memory.LaneBytes / WriterLane.CopiesToDisk, options.Parquet.RowGroupBytes);
    }

    public IReadOnlyDictionary<long, ArrivedChunk> Arrived => state.Arrived;

    public IReadOnlyDictionary<long, ArrivedChunk> Halfway { get; } = new Dictionary<long, ArrivedChunk>();

    public bool IsVerified => false;

    public long WriterBytes { get; }

    /// <summary>None when all rows have arrived.</summary>
    public IReadOnlyList<WriterLane> Lanes { get; } = [];

    /// <summary>Bytes of rows in a row group at most, where they come from disk.</summary>
    public long RowGroupBytes { get; }

    public long FileBytes => options.Parquet.FileBytes;

    /// <summary>Null when files are not adopted.</summary>
    public FileAdoption? Adoption { get; }

    private long Number => state.Begun!.Number;

    private string Directory => format.FilesDirectory(state.Transfer, Number);

    /// <summary>Takes the transfer over from whatever run had it.</summary>
    public static async Task<LakeLoad> BeginAsync(
        IWritableStore store, ITableFormat format, TransferLedger ledger, LakePlan plan, LakeOptions options, LoadLimits limits, CancellationToken cancellationToken)
    {
        TransferState state = plan.State;
        LoadMemory? memory = plan.Write is null ? null : LoadMemory.Of(store, limits);
        // What is complete counts no more either, where its commit is not in force.
        bool isFirst = plan.Earlier is null;
        if (!isFirst)
        {
            await ledger.AddAsync(state, plan.Begin(isFirst, state.Begun!.Number), cancellationToken);
            return new LakeLoad(store, format, ledger, plan, options, memory);
        }

        // The table is asked while the store is tried. What rests on the trial is the entry, and all after it.
        Task<long> numbering = format.LastNumberAsync(state.Transfer, cancellationToken);
        await Task.WhenAll(store.RefuseWithoutPutNewAsync(ledger.ScratchOf(state.Transfer), cancellationToken), numbering);
        var before = Abandoned.Of(state);
        await ledger.AddAsync(state, plan.Begin(isFirst, Math.Max(state.LastEntry, await numbering) + 1), cancellationToken);
        await before.RemoveAsync(store, format, ledger, cancellationToken);
        return new LakeLoad(store, format, ledger, plan, options, memory);
    }

    // Converting makes wider values of some, and columns that the rows lack; rows that are taken apart are copied.
    public long EncodeBytes(RecordBatch batch)
    {
        (long bytes, long filled) = (2 * BatchMemory.Bytes(batch), (long)(batch.Length * (conversion?.FilledRowBytes ?? 0)));
        return bytes + filled + (plan.Write?.Partitions.Count > 0 ? bytes + filled : 0);
    }

    public IEnumerable<IEncodedBlock> Encode(RecordBatch batch) => [split!.Split(conversion!.Apply(batch, MemoryAllocator.Default.Value))];

    public Task<IChunkLoad> BeginChunkAsync(long number, CancellationToken cancellationToken)
    {
        // The run's number keeps apart what another run left half-written of the chunk.
        string name = string.Create(CultureInfo.InvariantCulture, $"{number:d6}-{epoch}");
        return Task.FromResult<IChunkLoad>(new LakeChunk(this, number, new FileMaker(store, format.Root, Directory, name, plan.Write!, options.Parquet, openFiles!)));
    }

    /// <summary>The chunk is here to stay.</summary>
    public async Task EnterAsync(long number, long rows, ReadOnlyMemory<byte> tasks, IReadOnlyList<WrittenFile> files, CancellationToken cancellationToken)
    {
        ThrowUnlessEqual(rows, files.Sum(file => file.LiveRows));
        await ledger.AddAsync(state, new ChunkArrived(number, rows, tasks.ToArray(), [.. files.Select(FileEntries.Of)]), cancellationToken);
    }

    public async Task<long> CommitAsync(long rows, CancellationToken cancellationToken)
    {
        ThrowUnlessEqual(rows, state.Rows);
        cancellationToken.ThrowIfCancellationRequested();
        if (state.IsComplete)
            return rows;
        TableVersion? made;
        if (await format.LastCommitAsync(state.Transfer, cancellationToken) < Number)
        {
            // Upkeep of a table may remove what it does not name, also between a run that had all rows and this one.
            (IReadOnlyList<Location> others, bool hasDeletes) = state.HasArrived && !format.ShowsAtOnce ? ([], false) : await CheckFilesAsync(cancellationToken);
            if (!state.HasArrived)
                await ledger.AddAsync(state, new AllArrived(rows), cancellationToken);
            foreach (Location other in others)
                await store.DeleteAsync(other, cancellationToken);
            await ledger.ThrowIfLostAsync(state, cancellationToken);
            // What readers can see begins here.
            TableWrite write = plan.Write ?? await format.PlanAsync(plan.Request, hasBegun: Task.FromResult(true), CancellationToken.None);
            var commit = new TableCommit(plan.Request, write with { Settled = state.Begun!.Settled }, Number, state.ArrivedAt, rows, stopping => FilesAsync(write, stopping)) { HasDeletes = hasDeletes };
            made = await format.CommitAsync(commit, CancellationToken.None);
        }
        else
        {
            made = await format.FindCommitAsync(state.Transfer, CancellationToken.None);
        }

        await ledger.AddAsync(state, state.Completed(rows, made), CancellationToken.None);
        await ledger.ForgetFilesAsync(state.Transfer, [.. state.ChunkEntries], CancellationToken.None);
        return rows;
    }

    public ValueTask DisposeAsync()
    {
        foreach (WriterLane lane in Lanes)
            lane.Dispose();
        openFiles?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Every file that the ledger tells is there and whole. 100 bytes a file, for as long as it takes.</summary>
    /// <returns>What dead runs have left beside them, and whether a data file has deleted rows.</returns>
    private async Task<(IReadOnlyList<Location> Others, bool HaveDeletes)> CheckFilesAsync(CancellationToken cancellationToken)
    {
        (long rows, bool haveDeletes) = (0, false);
        var expected = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (FileEntry file in ledger.FilesAsync(state, cancellationToken))
        {
            rows += file.Rows - (file.Deletes?.Rows ?? 0);
            expected.Add(format.Root.Combine(file.Path).Path, file.Bytes);
            if (file.Deletes is not { } deletes)
                continue;
            haveDeletes = true;
            expected.Add(format.Root.Combine(deletes.Path).Path, deletes.Bytes);
        }

        ThrowUnlessEqual(state.Rows, rows);
        var others = new List<Location>();
        await foreach (StoredObject found in store.ListAsync(format.Root.Combine(Directory), cancellationToken))
        {
            if (!expected.TryGetValue(found.Location.Path, out long bytes))
                others.Add(found.Location);
            else if (bytes == found.Bytes)
                expected.Remove(found.Location.Path);
        }

        if (expected.Count > 0)
        {
            await ledger.ThrowIfLostAsync(state, cancellationToken);
            throw new TargetException("lake.files_gone",
                $"{expected.Count:N0} files that earlier runs of this copy have written are gone or altered, among them '{expected.First().Key}'. Perhaps the table's upkeep took them for " +
                "left-overs. Nothing was changed in the table; run the command with --restart to copy again.");
        }

        return (others, haveDeletes);
    }

    private async IAsyncEnumerable<WrittenFile> FilesAsync(TableWrite write, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var entries = new FileEntries(write);
        await foreach (FileEntry file in ledger.FilesAsync(state, cancellationToken))
            yield return entries.Read(file);
    }

    private static void ThrowUnlessEqual(long sent, long arrived)
    {
        if (sent != arrived)
        {
            throw new TargetException("lake.rows_differ",
                $"{sent:N0} rows were sent, but the files have {arrived:N0}. Nothing was changed in the table. Please report this.");
        }
    }
}
