using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Commands;

/// <summary>What <c>plan</c> shows and <c>copy</c> then does: both sides opened and checked, nothing changed.</summary>
internal sealed record CopySetup(Source Source, Scan Scan, ITarget? Target, CopyOutline Outline) : IAsyncDisposable
{
    public static async Task<CopySetup> PrepareAsync(ParseResult arguments, string? to, IReport report, CancellationToken cancellationToken)
    {
        // Both addresses first: what is wrong with the command should not wait for what it would open.
        ClickHouseAddress? address = to is null ? null : TargetAddress.Parse(to);
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), cancellationToken);
        ITableSnapshot snapshot = await source.OpenReadableSnapshotAsync(arguments.GetValue(SharedOptions.Snapshot), cancellationToken);
        Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));

        ITarget? target = address is null
            ? null
            : await ClickHouseTarget.OpenAsync(address, TableOptions(arguments), report, cancellationToken);
        try
        {
            var request = new TargetRequest(scan.OutputSchema, arguments.GetValue(SharedOptions.Mode), CopiedSortOrder(snapshot, scan));
            TargetPlan? targetPlan = target is null ? null : await target.PlanAsync(request, cancellationToken);
            Survey survey = await Survey.TakeAsync(snapshot, scan, cancellationToken);
            return new CopySetup(source, scan, target, new CopyOutline(source.Name, snapshot, survey, target?.Name, targetPlan));
        }
        catch
        {
            if (target is not null)
                await target.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Target?.DisposeAsync() ?? ValueTask.CompletedTask;

    private static ClickHouseTableOptions TableOptions(ParseResult arguments) => new()
    {
        OrderBy = arguments.GetValue(SharedOptions.OrderBy),
        PartitionBy = arguments.GetValue(SharedOptions.PartitionBy),
        Engine = arguments.GetValue(SharedOptions.Engine),
    };

    /// <summary>The leading part of the sort order whose columns are copied: rows stay sorted by a prefix only.</summary>
    private static SortField[] CopiedSortOrder(ITableSnapshot snapshot, Scan scan) =>
        [.. snapshot.SortOrder.TakeWhile(sort => scan.OutputSchema.FieldsList.Any(field => field.Name == sort.Column))];
}
