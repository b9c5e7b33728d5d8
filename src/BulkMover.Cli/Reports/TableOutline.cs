using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Reports;

/// <summary>What a table is.</summary>
/// <param name="Name">The source as the user would type it.</param>
/// <param name="Format">Its format.</param>
/// <param name="Snapshot">The snapshot that was looked at.</param>
/// <param name="Snapshots">All snapshots that the metadata lists, oldest first.</param>
/// <param name="Survey">Files, rows and bytes; null when planning is refused.</param>
/// <param name="Refusal">Why the table cannot be read; null when it can.</param>
public sealed record TableOutline(
    string Name,
    string Format,
    ITableSnapshot Snapshot,
    IReadOnlyList<SnapshotSummary> Snapshots,
    Survey? Survey,
    BulkMoverException? Refusal);
