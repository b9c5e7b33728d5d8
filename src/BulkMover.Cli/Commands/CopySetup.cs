using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary>What <c>plan</c> shows and <c>copy</c> then does: checked on both sides, nothing changed.</summary>
/// <param name="Source">The opened source.</param>
/// <param name="Scan">What is read.</param>
/// <param name="Outline">What will be done.</param>
/// <param name="Superseded">Unfinished copies by the same command that this one takes the place of, because it reads another snapshot.</param>
internal sealed record CopySetup(Source Source, Scan Scan, CopyOutline Outline, IReadOnlyList<TransferRecord> Superseded)
{
    public static async Task<CopySetup> PrepareAsync(ParseResult arguments, CopySides sides, IReport report, CancellationToken cancellationToken)
    {
        ITarget? target = sides.Target;
        (Source source, ITableSnapshot snapshot, Scan scan) = await sides.OpenSnapshotAsync(cancellationToken);
        var request = new TargetRequest(
            sides.TransferOf(snapshot), sides.OriginOf(snapshot, scan), scan.OutputSchema, arguments.GetValue(SharedOptions.Mode), CopiedSortOrder(snapshot, scan))
        {
            Restart = arguments.GetValue(SharedOptions.Restart),
            Verify = arguments.GetValue(SharedOptions.Verify),
            PartitionTerms = snapshot.PartitionTerms,
            PartitionNames = snapshot.PartitionNames,
            Adoption = LakeArguments.AdoptionOf(arguments, source, snapshot, scan),
        };
        TargetPlan? targetPlan = target is null ? null : await target.PlanAsync(request, cancellationToken);
        // After the plan, which a run that brings more meanwhile makes void.
        if (sides.Begun is { } begun && begun.Transfer == request.Transfer && !sides.IsBegun(snapshot, scan))
            await ThrowIfGoneAsync(begun, target!, snapshot, scan, cancellationToken);
        Survey survey = await TakeSurveyAsync(snapshot, scan, targetPlan, report, cancellationToken);
        string? retention = targetPlan?.Earlier is { IsComplete: true } ? null : RetentionNote.Of(snapshot, survey.Bytes, DateTimeOffset.UtcNow);
        string[] notes = [.. snapshot.Notes, .. retention is null ? (string[])[] : [retention], .. targetPlan?.Notes ?? []];
        return new CopySetup(
            source, scan, new CopyOutline(source.Name, snapshot, survey, target?.Name, targetPlan, notes), [.. sides.Unfinished.Where(record => record.Transfer != request.Transfer)]);
    }

    /// <summary>A copy goes on with another snapshot where that has all files whose rows have arrived, as they were (invariant 4).</summary>
    private static async Task ThrowIfGoneAsync(TransferRecord begun, ITarget target, ITableSnapshot snapshot, Scan scan, CancellationToken cancellationToken)
    {
        if (await SnapshotChange.CountGoneAsync(await target.ArrivedAsync(begun.Transfer, cancellationToken), snapshot, scan, cancellationToken) is > 0 and long gone)
        {
            throw new InvalidInputException("copy.files_gone",
                $"{gone:N0} data files of snapshot {begun.Origin.Snapshot} whose rows have arrived are not part of snapshot {snapshot.Id} any more, or not with the same deleted rows and columns: " +
                $"the difference cannot be brought. {Describe.Arrived(begun.Chunks, begun.Rows)}; without --snapshot latest the command goes on with them while snapshot {begun.Origin.Snapshot} can be read, and --restart throws them away and copies snapshot {snapshot.Id} from zero.");
        }
    }

    private static async Task<Survey> TakeSurveyAsync(
        ITableSnapshot snapshot, Scan scan, TargetPlan? plan, IReport report, CancellationToken cancellationToken)
    {
        try
        {
            return await Survey.TakeAsync(snapshot, scan, task => plan?.MayAdopt(task) == true, cancellationToken);
        }
        catch (BulkMoverException) when (plan?.Earlier is { IsComplete: false, Chunks: > 0 } earlier)
        {
            report.Report(Describe.ArrivedAndStay(earlier.Chunks, earlier.Rows));
            throw;
        }
    }

    /// <summary>The leading part of the sort order whose columns are copied: rows stay sorted by a prefix only.</summary>
    public static SortField[] CopiedSortOrder(ITableSnapshot snapshot, Scan scan) =>
        [.. snapshot.SortOrder.TakeWhile(sort => scan.OutputSchema.FieldsList.Any(field => field.Name == sort.Column))];
}
