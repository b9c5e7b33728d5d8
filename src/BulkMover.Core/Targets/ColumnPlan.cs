namespace BulkMover.Core.Targets;

/// <summary>How one column arrives.</summary>
/// <param name="Name">Name in source and target.</param>
/// <param name="SourceType">The source type in the field's words: <c>timestamp(us, UTC)</c>.</param>
/// <param name="TargetType">The target's type: <c>DateTime64(6, 'UTC')</c>.</param>
/// <param name="Difference">Null when every value arrives as it is; else in which way the target differs and what happens at the edge.</param>
public sealed record ColumnPlan(string Name, string SourceType, string TargetType, string? Difference);
