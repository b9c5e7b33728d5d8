using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Reports;

/// <summary>What a copy would do, from metadata alone.</summary>
/// <param name="From">The source table.</param>
/// <param name="Snapshot">The pinned snapshot.</param>
/// <param name="Survey">Files, rows and bytes that remain after pruning.</param>
/// <param name="To">The target, without secrets; null for a plan without one.</param>
/// <param name="Target">How the target takes it; null for a plan without one.</param>
/// <param name="Notes">What the user should know of all that; whole sentences.</param>
public sealed record CopyOutline(string From, ITableSnapshot Snapshot, Survey Survey, string? To, TargetPlan? Target, IReadOnlyList<string> Notes);
