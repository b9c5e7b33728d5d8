using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Targets;
using BulkMover.TableFormats.Iceberg.Catalogs;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// An Iceberg table of format version 2 or 3, as a target: in a directory that tells its versions itself, or of a REST catalog. A commit is one
/// snapshot; which transfer made it stands in its summary.
/// </summary>
internal sealed class IcebergTarget : ITableFormat
{
    public const string DataDirectory = "data";

    private readonly ITableCommits commits;
    private readonly IcebergWriteOptions options;

    private IcebergTarget(ITableCommits commits, IcebergWriteOptions options) => (this.commits, this.options) = (commits, options);

    public Location Root => commits.Root;

    /// <param name="store">Where the table lies or will lie.</param>
    /// <param name="root">Its directory.</param>
    /// <param name="options">How it is written.</param>
    public static IcebergTarget OfDirectory(IWritableStore store, Location root, IcebergWriteOptions options) => new(new DirectoryCommits(store, root), options);

    /// <summary>
    /// A table that a catalog has, or that it will have with the first commit; where that will lie, the catalog is asked. Some choose another place at
    /// each question: a later run of a transfer gives the one that the first run was told (<see cref="AddressIn"/>).
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="name">The table in it.</param>
    /// <param name="open">Opens the store that the table's files lie in, by what the catalog grants.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="address">Where a new table shall lie; null to let the catalog choose.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <exception cref="BulkMoverException">As <see cref="RestCatalog.LoadTableAsync"/>.</exception>
    public static async Task<IcebergTarget> OfCatalogAsync(
        RestCatalog catalog, CatalogTableName name, Func<CatalogTable, IWritableStore> open, IcebergWriteOptions options, string? address, CancellationToken cancellationToken) =>
        new(await CatalogCommits.OpenAsync(catalog, name, open, address, cancellationToken), options);

    /// <summary>Where the table lies that a plan was made for.</summary>
    /// <param name="settled"><see cref="TableWrite.Settled"/> of the transfer's first run.</param>
    public static string AddressIn(string settled) => SettledTable.Parse(settled).Address;

    public string FilesDirectory(TransferId transfer, long number) => $"{DataDirectory}/{transfer}-{number}";

    public async Task<TableWrite> PlanAsync(TargetRequest request, Task<bool> hasBegun, CancellationToken cancellationToken)
    {
        var plan = new WritePlan(request, options, Root);
        TableState? state = await commits.LoadAsync(cancellationToken);
        if (state is null)
            return plan.New(commits.NewAddress);
        WritableTable.Check(state, commits.Store, Root);
        if (request.Mode == CopyMode.Create && !await hasBegun && await LiveManifests.HaveDataAsync(commits.Store, Root, state, cancellationToken))
            throw HasRows(Root);
        return plan.Into(state);
    }

    public bool TakesFilesWithoutDeletes(string settled, string now) => SettledTable.AreOfAnUpgrade(settled, now);

    public async Task<long> LastCommitAsync(TransferId transfer, CancellationToken cancellationToken) =>
        await commits.LoadAsync(cancellationToken) is { } state ? CommitLog.Numbers(state, transfer).DefaultIfEmpty().Max() : 0;

    public Task<TableVersion?> CommitAsync(TableCommit commit, CancellationToken cancellationToken) => new IcebergCommit(commits, options, commit).RunAsync(cancellationToken);

    public async Task<TableVersion?> FindCommitAsync(TransferId transfer, CancellationToken cancellationToken) =>
        await commits.LoadAsync(cancellationToken) is { } state ? CommitLog.Find(state, transfer) : null;

    public async Task<bool> IsInForceAsync(CompleteCommit commit, CancellationToken cancellationToken) => await commits.LoadAsync(cancellationToken) is { } state
        && await new SnapshotHistory(commits, state).HasInForceAsync(commit, FilesDirectory(commit.Transfer, commit.Number), cancellationToken);

    public static TargetException HasRows(Location table) => new("iceberg.table_has_rows",
        $"The table '{table}' has rows already. Use --mode append to add rows, or --mode replace to replace them.");
}
