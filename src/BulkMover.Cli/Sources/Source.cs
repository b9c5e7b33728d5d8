using Apache.Arrow.Memory;
using BulkMover.Core.Filters;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.FileFormats.DataFiles;

namespace BulkMover.Cli.Sources;

/// <summary>An opened table and the store its files lie in.</summary>
/// <param name="Name">As the user would type it, with an absolute path.</param>
/// <param name="Table">The table.</param>
/// <param name="Store">Where its data files are read from.</param>
public sealed record Source(string Name, ITable Table, IObjectStore Store)
{
    /// <summary>Names the latest snapshot where a stopped copy has an older one pinned; goes before a branch or tag of that name.</summary>
    public const string Latest = "latest";

    /// <summary>Whether a snapshot that is not the latest can be opened by its id; plain files have only what is there now.</summary>
    public bool KeepsSnapshots => Table.Format != "parquet";

    /// <summary>Opens a snapshot, and refuses by name what it uses and we cannot read (invariant 8).</summary>
    public async Task<ITableSnapshot> OpenReadableSnapshotAsync(string? selector, CancellationToken cancellationToken)
    {
        ITableSnapshot snapshot = await OpenSnapshotAsync(selector, cancellationToken);
        FeatureGate.ThrowIfRefused(Table.Format, Name, snapshot.Features);
        return snapshot;
    }

    /// <summary>Opens a snapshot whatever it uses, to look at it.</summary>
    public Task<ITableSnapshot> OpenSnapshotAsync(string? selector, CancellationToken cancellationToken) =>
        Table.OpenSnapshotAsync(selector is null or Latest ? null : SnapshotSelector.Parse(selector), cancellationToken);

    /// <summary>The columns and rows that the options choose.</summary>
    public static Scan NewScan(ITableSnapshot snapshot, IReadOnlyList<string>? columns, string? where) =>
        new(snapshot, columns, where is null ? null : FilterParser.Parse(where, Scan.Nameable(snapshot)));

    /// <summary>Reads the files of a snapshot's plan for a scan of it.</summary>
    public IScanTaskReader NewReader(ITableSnapshot snapshot, Scan scan, BatchSize? batches = null) =>
        new DataFileReader(FilesOf(snapshot), scan, batches ?? BatchSize.Usual, MemoryAllocator.Default.Value);

    /// <summary>Where the files of a snapshot lie.</summary>
    public IObjectStore FilesOf(ITableSnapshot snapshot) => new SnapshotStore(Store, Table.Format, Name, snapshot.Id);
}
