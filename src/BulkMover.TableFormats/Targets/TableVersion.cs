namespace BulkMover.TableFormats.Targets;

/// <summary>Which commit of a table made rows visible, as the ledger keeps it: the table's own traces of it may be gone one day.</summary>
/// <param name="Table">Identity of the table (Iceberg's <c>table-uuid</c>, Delta's <c>metaData.id</c>); null where it has none.</param>
/// <param name="Version">What orders the table's commits, without a clock: a Delta version, an Iceberg sequence number.</param>
internal sealed record TableVersion(string? Table, long Version);
