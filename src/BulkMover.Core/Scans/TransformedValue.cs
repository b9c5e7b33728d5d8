using BulkMover.Core.Types;

namespace BulkMover.Core.Scans;

/// <summary>What a transform makes of a column's value in each row of a data file (Iceberg spec, "Partition Transforms").</summary>
/// <param name="Column">A top-level column of the table's schema, by its name there.</param>
/// <param name="Transform">In the words of Iceberg's metadata, such as <c>bucket[16]</c>; never identity.</param>
/// <param name="Value">What is made: of the transform's result type for the column's present type; null where the column is.</param>
public sealed record TransformedValue(string Column, string Transform, Scalar Value);
