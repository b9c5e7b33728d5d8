using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Delta.Writing;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Iceberg.Writing;
using BulkMover.TableFormats.ParquetDirectories;

namespace BulkMover.TableFormats.Targets;

/// <summary>A table of files in a store: what all formats have in common as targets. Every step can be repeated after a kill at any moment (decisions/0011).</summary>
public sealed class LakeTarget : ITarget
{
    private readonly IWritableStore store;
    private readonly ITableFormat format;
    private readonly TransferLedger ledger;
    private readonly LakeOptions options;

    internal LakeTarget(string name, IWritableStore store, ITableFormat format, LakeOptions options)
    {
        (Name, this.store, this.format, this.options) = (name, store, format, options);
        ledger = new TransferLedger(store, format.Root);
    }

    public string Name { get; }

    /// <summary>A directory of Parquet files.</summary>
    /// <param name="name">As people write it.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="root">The directory.</param>
    /// <param name="options">How files are written.</param>
    public static LakeTarget OfParquet(string name, IWritableStore store, Location root, LakeOptions options) =>
        new(name, store, new ParquetDirectory(store, root, options), options);

    /// <summary>A Delta table.</summary>
    /// <param name="name">As people write it.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="root">The directory that holds, or will hold, <c>_delta_log</c>.</param>
    /// <param name="options">How files are written.</param>
    public static LakeTarget OfDelta(string name, IWritableStore store, Location root, LakeOptions options) =>
        new(name, store, new DeltaDirectory(store, root, options.PartitionBy), options);

    /// <summary>An Iceberg table in a directory that tells its versions itself.</summary>
    /// <param name="name">As people write it.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="root">The directory.</param>
    /// <param name="options">How files are written.</param>
    /// <exception cref="InvalidInputException">A document in it is named, and a table can be read by that only.</exception>
    public static LakeTarget OfIceberg(string name, IWritableStore store, Location root, LakeOptions options) => MetadataFileName.Parse(root.Name) is not null
        ? throw new InvalidInputException("target.is_document", $"'{name}' names one state of a table, which cannot be written to. Name the table's directory.")
        : new(name, store, IcebergTarget.OfDirectory(store, root, new IcebergWriteOptions { PartitionBy = options.PartitionBy }), options);

    /// <summary>An Iceberg table that a REST catalog has, or will have when rows are committed.</summary>
    /// <param name="name">As people write it.</param>
    /// <param name="catalog">The catalog.</param>
    /// <param name="table">Its name there.</param>
    /// <param name="open">Opens the store that the table's files lie in.</param>
    /// <param name="options">How files are written.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="BulkMoverException">The catalog cannot be asked, or has no such namespace.</exception>
    public static async Task<LakeTarget> OfIcebergCatalogAsync(
        string name, RestCatalog catalog, CatalogTableName table, Func<CatalogTable, IWritableStore> open, LakeOptions options, CancellationToken cancellationToken)
    {
        IWritableStore? store = null;
        IcebergTarget format = await IcebergTarget.OfCatalogAsync(
            catalog, table, known => store = open(known), new IcebergWriteOptions { PartitionBy = options.PartitionBy }, address: null, cancellationToken);
        return new LakeTarget(name, store!, format, options);
    }

    public async Task<IReadOnlyList<TransferRecord>> TransfersAsync(CancellationToken cancellationToken) =>
        [.. (await ledger.RecordsAsync(Name, cancellationToken)).OrderBy(record => record.BegunAt)];

    public async Task DiscardAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        TransferState state = await ledger.ReadAsync(transfer, cancellationToken);
        if (state.Begun is null)
            throw Unknown(transfer);
        if (state is { IsComplete: true, IsGivenUp: false })
        {
            throw new InvalidInputException("lake.transfer_complete",
                $"Transfer {transfer} is complete, so nothing is left of it but what '{Name}' remembers, which keeps the same copy from coming twice.");
        }

        // First: a run that is alive learns by this that it has lost the transfer, and what is left when this one is killed cannot pass for the whole.
        if (!state.IsGivenUp)
            await ledger.AddAsync(state, new TransferGivenUp(), cancellationToken);
        await Abandoned.Of(state).RemoveAsync(store, format, ledger, cancellationToken);
        await ledger.AddAsync(state, new TransferDiscarded(), cancellationToken);
    }

    public async Task<TargetPlan> PlanAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        ThrowIfNotComparable(request.Verify, request.Mode);
        Task<TransferState> reading = ReadAsync(request.Transfer, cancellationToken);
        Task<bool> goingOn = IsGoneOnWithAsync();
        await using var planning = new Meanwhile<TableWrite>(stopping => format.PlanAsync(request, goingOn, stopping), cancellationToken);
        TransferState state = await reading;
        bool isGoneOnWith = await goingOn;
        if (isGoneOnWith && (state.IsComplete || state.HasArrived))
            return new LakePlan(request, null, state) { Earlier = state.Record(Name) };
        if (state is { HasArrived: true, IsComplete: false } && !format.ShowsAtOnce)
        {
            throw new TargetException("lake.being_shown",
                "All rows of this copy have arrived, and some may be visible already. Run the command without --restart to bring it to its end; with --restart it can be copied again then.");
        }

        TableWrite write = await planning.Answer;
        return isGoneOnWith && !await TakesFilesAsync(state, write, cancellationToken)
            ? throw new TargetException("lake.table_changed",
                $"The table was altered since this copy began, or an earlier version of BulkMover began it, so that rows would be written otherwise now. Run the command with --restart to copy again.")
            : new LakePlan(request, write, state) { Earlier = isGoneOnWith ? state.Record(Name) : null };

        async Task<bool> IsGoneOnWithAsync() => await reading is { Begun: not null } its && !request.Restart && (!its.IsComplete || await IsInForceAsync(its, cancellationToken));
    }

    public async Task<TargetPlan> PlanCommitAsync(TransferId transfer, bool verify, CancellationToken cancellationToken)
    {
        TransferState state = await ReadAsync(transfer, cancellationToken);
        if (state.Begun is null)
            throw Unknown(transfer);
        ThrowIfNotComparable(verify, state.Begun.Mode);
        return new LakePlan(LakePlan.RequestOf(state), null, state) { Earlier = state.Record(Name) };
    }

    public async Task<IReadOnlyCollection<ArrivedChunk>> ArrivedAsync(TransferId transfer, CancellationToken cancellationToken) =>
        [.. (await ledger.ReadAsync(transfer, cancellationToken)).Arrived.Values];

    public async Task<ITargetLoad> BeginAsync(TargetPlan plan, LoadLimits limits, CancellationToken cancellationToken) =>
        await LakeLoad.BeginAsync(store, format, ledger, (LakePlan)plan, options, limits, cancellationToken);

    /// <returns>Null: the ledger keeps files, and nothing of what was read. Both tables can be read (<see cref="Comparisons.LakeComparison"/>).</returns>
    public Task<Comparison?> CompareAsync(TransferId transfer, CancellationToken cancellationToken) => Task.FromResult<Comparison?>(null);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Somebody may have thrown the result away since.</summary>
    private Task<bool> IsInForceAsync(TransferState complete, CancellationToken cancellationToken) => format.IsInForceAsync(
        new CompleteCommit(
            complete.Transfer, complete.Begun!.Mode, complete.Begun.Number, complete.Rows, complete.LastCompleted!.Made, stopping => ledger.ReplacementsAsync(complete.Transfer, stopping)),
        cancellationToken);

    /// <summary>What earlier runs have written fits what is planned now.</summary>
    private async Task<bool> TakesFilesAsync(TransferState state, TableWrite write, CancellationToken cancellationToken) =>
        write.Settled == state.Begun!.Settled
        || (format.TakesFilesWithoutDeletes(state.Begun.Settled, write.Settled) && !await ledger.FilesAsync(state, cancellationToken).AnyAsync(file => file.Deletes is not null, cancellationToken));

    /// <exception cref="TargetException">It is given up, and not all of it is removed.</exception>
    private async Task<TransferState> ReadAsync(TransferId transfer, CancellationToken cancellationToken)
    {
        TransferState state = await ledger.ReadAsync(transfer, cancellationToken);
        return state.IsGivenUp
            ? throw new TargetException("lake.being_discarded", $"Transfer {transfer} was to be discarded, and that was not brought to its end. Run `bulkmover discard` with it again, then this command.")
            : state;
    }

    private InvalidInputException Unknown(TransferId transfer) =>
        new("transfer.unknown", $"'{Name}' knows no transfer {transfer}. See `bulkmover transfers` for those it knows.");

    /// <summary>Both tables are compared as wholes: rows that were there before would be differences.</summary>
    private void ThrowIfNotComparable(bool verify, CopyMode mode)
    {
        if (verify && mode == CopyMode.Append)
        {
            throw new TargetException("lake.append_not_compared",
                $"--verify compares all rows of '{Name}' with the source, and --mode append adds to rows that may be there already. Leave --verify out; the number of rows is checked all the same. " +
                "Into a table without rows copy with --mode create.");
        }
    }
}
