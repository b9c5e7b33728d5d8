namespace BulkMover.TableFormats.Delta.Actions;

/// <summary>The part of a log line that only writers need. Actions of other kinds leave all empty.</summary>
internal sealed record WriterAction
{
    public Transaction? Txn { get; init; }

    public DomainSetting? DomainMetadata { get; init; }

    public Tombstone? Remove { get; init; }

    /// <summary>How far an application has come (PROTOCOL.md, "Transaction Identifiers").</summary>
    /// <param name="AppId">Whose word it is.</param>
    /// <param name="Version">Of that application, growing.</param>
    /// <param name="LastUpdated">Milliseconds since 1970.</param>
    internal sealed record Transaction(string? AppId, long? Version, long? LastUpdated);

    /// <summary>A configuration under a name of its own (PROTOCOL.md, "Domain Metadata").</summary>
    /// <param name="Domain">The name.</param>
    /// <param name="Configuration">Any text.</param>
    /// <param name="Removed">There is none under that name any more.</param>
    internal sealed record DomainSetting(string? Domain, string? Configuration, bool? Removed);
}
