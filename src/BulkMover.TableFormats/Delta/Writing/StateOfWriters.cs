using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Tells, newest first, which of the actions that only writers need are part of a version's state: 16 bytes a file and a tombstone.</summary>
/// <param name="table">The table's directory.</param>
/// <param name="metadata">Of the version: how long tombstones are kept.</param>
/// <param name="now">When that is.</param>
internal sealed class StateOfWriters(Location table, TableMetadata metadata, DateTimeOffset now)
{
    private readonly HashSet<UInt128> files = [];
    private readonly HashSet<string> applications = new(StringComparer.Ordinal), domains = new(StringComparer.Ordinal);
    private readonly long oldestKept = (now - DeltaRetention.OfFiles(metadata)).ToUnixTimeMilliseconds();

    /// <summary>A file of the version: what is said of its removal is older.</summary>
    public void Add(LiveFile file) => files.Add(file.Key);

    /// <summary>True for the last word about its application, domain or file, unless it is one that need not be kept.</summary>
    public bool IsPart(WriterAction action) => action switch
    {
        { Txn.AppId: { } application } => applications.Add(application),
        { DomainMetadata: { Domain: { } domain, Removed: var isRemoved } } => domains.Add(domain) && isRemoved != true,
        { Remove: { } tombstone } => files.Add(FileKey.Of(DeltaPath.Resolve(table, tombstone.Path), tombstone.DeletionVector))
            && (tombstone.DeletionTimestamp ?? 0) > oldestKept,
        _ => false,
    };
}
