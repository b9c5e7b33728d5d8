using Apache.Arrow;
using BulkMover.Core.Tables;

namespace BulkMover.Core.Targets;

/// <summary>What the target is asked to take.</summary>
/// <param name="Schema">Fields of the batches that will come.</param>
/// <param name="Mode">What happens with rows that are there.</param>
/// <param name="SortOrder">The source's sort order, as far as its columns are copied.</param>
public sealed record TargetRequest(Schema Schema, CopyMode Mode, IReadOnlyList<SortField> SortOrder);
