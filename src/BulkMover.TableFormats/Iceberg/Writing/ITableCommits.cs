using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Where it is kept which metadata is a table's current one: the only thing that tables differ in that are written.</summary>
internal interface ITableCommits
{
    /// <summary>The table's directory.</summary>
    Location Root { get; }

    /// <summary>Where its data and metadata files are written and read.</summary>
    IWritableStore Store { get; }

    /// <summary>What a new table's metadata says of where it lies.</summary>
    string NewAddress { get; }

    /// <summary>The <c>table-uuid</c> of a new table.</summary>
    Guid NewId { get; }

    /// <summary>The table as it is now; null when there is none.</summary>
    /// <exception cref="TargetException">It is there and may not be committed to from here.</exception>
    Task<TableState?> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the metadata at once, unless it is another than that which was loaded.</summary>
    /// <param name="loaded">What the change is made on; null to make the table.</param>
    /// <param name="updates">The change (OpenAPI, <c>TableUpdate</c>), the snapshot last.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    Task<CommitResult> CommitAsync(TableState? loaded, JsonArray updates, CancellationToken cancellationToken);
}

/// <summary>What became of a commit, and what was said of one that is not known to have happened.</summary>
internal readonly record struct CommitResult(CommitOutcome Outcome, BulkMoverException? Error = null)
{
    /// <summary>The <c>table-uuid</c> as a catalog answers it; null where none does.</summary>
    public string? TableId { get; init; }
}

/// <inheritdoc cref="CommitResult"/>
internal enum CommitOutcome
{
    Committed,

    /// <summary>Somebody else has changed the table meanwhile; nothing was done.</summary>
    Outdated,

    /// <summary>The answer was lost: it may have happened, or happen yet.</summary>
    Unknown,
}
