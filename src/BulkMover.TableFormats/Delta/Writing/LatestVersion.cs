using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Log;
using BulkMover.TableFormats.Delta.Schemas;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>A version of the table, as a writer looks at it before it makes the next one.</summary>
/// <param name="Number">The version.</param>
/// <param name="Protocol">Its protocol.</param>
/// <param name="Metadata">Its metadata.</param>
/// <param name="Schema">Its columns.</param>
/// <param name="Replay">Its files and what only writers need.</param>
/// <param name="Log">All entries that the log has.</param>
internal sealed record LatestVersion(long Number, TableProtocol Protocol, TableMetadata Metadata, DeltaSchema Schema, LogReplay Replay, LogListing Log)
{
    /// <summary>The log entry that made it; null when the log has it no more.</summary>
    public StoredObject? Commit => CommitOf(Number);

    /// <summary>All that the table's writers must know, whichever way its protocol says so.</summary>
    public IReadOnlyList<string> WriterFeatures { get; } = TableProtocols.WriterFeaturesOf(Protocol);

    /// <summary>The log entry of a version; null when the log has it no more.</summary>
    public StoredObject? CommitOf(long version) => Log.Versions.FirstOrDefault(entry => entry.Version == version).Commit;

    /// <summary>How the table's columns are found in its files.</summary>
    public ColumnMappingMode Mapping { get; } = ColumnMapping.ModeOf(Protocol, Metadata);

    /// <param name="store">Where the table lies.</param>
    /// <param name="table">Its directory.</param>
    /// <param name="version">Which version; null for the latest.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>Null when there is no table.</returns>
    /// <exception cref="CorruptTableException">The log is broken.</exception>
    /// <exception cref="UnsupportedFeatureException">The table cannot be read.</exception>
    public static async Task<LatestVersion?> ReadAsync(IObjectStore store, Location table, long? version, CancellationToken cancellationToken)
    {
        LogListing log;
        try
        {
            log = await LogListing.ReadAsync(store, table, cancellationToken);
        }
        catch (CorruptTableException error) when (error.Code == "delta.log_missing")
        {
            return null;
        }

        LogSegment segment = await log.SegmentOfAsync(store, version ?? log.LatestVersion, cancellationToken);
        var replay = new LogReplay(store, table, segment);
        (TableProtocol protocol, TableMetadata metadata) = await replay.ReadStateAsync(cancellationToken);
        DeltaSchema schema = SchemaReader.Read(metadata.SchemaString, ColumnMapping.ModeOf(protocol, metadata), table);
        return new LatestVersion(segment.Version, protocol, metadata, schema, replay, log);
    }

    /// <summary>A table property; null when it is not set.</summary>
    public string? Property(string name) => Metadata.Configuration?.GetValueOrDefault(name);

    /// <summary>True when the property is set to that.</summary>
    public bool IsSet(string property, string value) => string.Equals(Property(property), value, StringComparison.OrdinalIgnoreCase);

    /// <summary>The last version of an application's transactions; 0 when there is none (PROTOCOL.md, "Transaction Identifiers").</summary>
    public async Task<long> LastTransactionAsync(string application, CancellationToken cancellationToken)
    {
        await foreach (WriterAction action in Replay.WriterActionsAsync(cancellationToken))
        {
            if (action.Txn is { } txn && txn.AppId == application)
                return txn.Version ?? 0;
        }

        return 0;
    }

    public async Task<bool> HasFilesAsync(CancellationToken cancellationToken)
    {
        await foreach (IEnumerable<LiveFile> files in Replay.LiveFilesAsync([], cancellationToken))
        {
            if (files.Any())
                return true;
        }

        return false;
    }

    /// <summary>The in-commit timestamp in milliseconds since 1970; null when the version has none.</summary>
    /// <param name="store">Where the log lies.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    public async Task<long?> InCommitTimestampAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (Commit is null)
            return null;
        await foreach (ProvenanceAction action in JsonLines.ReadAsync(store, Commit, ActionJson.Default.ProvenanceAction, cancellationToken))
        {
            if (action.InCommitTimestamp is { } time)
                return time.ToUnixTimeMilliseconds();
        }

        return null;
    }

    /// <summary>Refuses what cannot be read: it could not be judged whether rows fit.</summary>
    /// <param name="table">For the message.</param>
    /// <exception cref="UnsupportedFeatureException">The table uses such a thing.</exception>
    public void ThrowIfUnreadable(Location table) => FeatureGate.ThrowIfRefused("delta", table.ToString(), TableFeatures.Of(Protocol, Metadata, Schema));
}
