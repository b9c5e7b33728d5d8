namespace BulkMover.Throughput.Plans;

/// <summary>A table to plan.</summary>
/// <param name="Name">What the results page calls it.</param>
/// <param name="Format"><c>iceberg</c> or <c>delta</c>.</param>
/// <param name="Table">Its directory, below that of all tables.</param>
/// <param name="Where">The filter; empty for none.</param>
/// <param name="Files">Data files in the metadata that a plan looks at.</param>
/// <param name="Tasks">Scan tasks that it must give.</param>
internal sealed record PlanContestant(string Name, string Format, string Table, string Where, long Files, long Tasks);
