using BulkMover.Core.Scans;
using BulkMover.Core.Stores;

namespace BulkMover.Core.Targets;

/// <summary>Whole data files of the source may become data files of the target as they are, without being decoded: all their columns are copied, and all rows but deleted ones.</summary>
/// <param name="Store">Where the source's data files lie.</param>
/// <param name="Matching">How the source's columns are found in them.</param>
/// <param name="IsRequired">A file that cannot be adopted is an error; else it is decoded.</param>
public sealed record Adoption(IObjectStore Store, ColumnMatching Matching, bool IsRequired);
