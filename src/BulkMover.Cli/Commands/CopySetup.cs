using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;
using BulkMover.Engine.Metrics;

namespace BulkMover.Cli.Commands;

/// <summary>What <c>plan</c> shows and <c>copy</c> then does: both sides opened and checked, nothing changed.</summary>
/// <param name="Source">The opened source.</param>
/// <param name="Scan">What is read of it.</param>
/// <param name="Target">The opened target; null for a plan without one.</param>
/// <param name="Outline">What will be done.</param>
/// <param name="Superseded">Unfinished copies by the same command that this one takes the place of, because it reads another snapshot.</param>
internal sealed record CopySetup(Source Source, Scan Scan, ITarget? Target, CopyOutline Outline, IReadOnlyList<TransferRecord> Superseded) : IAsyncDisposable
{
    public static async Task<CopySetup> PrepareAsync(ParseResult arguments, string? to, IReport report, CancellationToken cancellationToken)
    {
        // Both addresses first: what is wrong with the command should not wait for what it would open.
        ClickHouseAddress? address = to is null ? null : TargetAddress.Parse(to);
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), cancellationToken);
        ITarget? target = address is null
            ? null
            : await ClickHouseTarget.OpenAsync(address, TableOptions(arguments), report, cancellationToken);
        try
        {
            string command = target is null ? "" : CommandOf(arguments, source, target);
            IReadOnlyList<TransferRecord> unfinished = target is null ? [] : Unfinished(await target.TransfersAsync(cancellationToken), command);
            ITableSnapshot snapshot = await OpenSnapshotAsync(arguments, source, unfinished, cancellationToken);
            Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
            var request = new TargetRequest(
                TransferId.Of(command, snapshot.Id), new TransferOrigin(command, SelectionOf(arguments, source.Name), source.Name, snapshot.Id), scan.OutputSchema, arguments.GetValue(SharedOptions.Mode),
                CopiedSortOrder(snapshot, scan))
            {
                Restart = arguments.GetValue(SharedOptions.Restart),
                Verify = arguments.GetValue(SharedOptions.Verify),
            };
            TargetPlan? targetPlan = target is null ? null : await target.PlanAsync(request, cancellationToken);
            Survey survey = await TakeSurveyAsync(snapshot, scan, targetPlan?.Earlier, report, cancellationToken);
            string? retention = targetPlan?.Earlier is { IsComplete: true } ? null : RetentionNote.Of(snapshot, survey.Bytes, DateTimeOffset.UtcNow);
            string[] notes = [.. snapshot.Notes, .. retention is null ? (string[])[] : [retention], .. targetPlan?.Notes ?? []];
            return new CopySetup(
                source, scan, target, new CopyOutline(source.Name, snapshot, survey, target?.Name, targetPlan, notes), [.. unfinished.Where(record => record.Transfer != request.Transfer)]);
        }
        catch
        {
            if (target is not null)
                await target.DisposeAsync();
            throw;
        }
    }

    private static async Task<Survey> TakeSurveyAsync(
        ITableSnapshot snapshot, Scan scan, TransferRecord? earlier, IReport report, CancellationToken cancellationToken)
    {
        try
        {
            return await Survey.TakeAsync(snapshot, scan, cancellationToken);
        }
        catch (BulkMoverException) when (earlier is { IsComplete: false, Chunks: > 0 })
        {
            report.Report(Describe.ArrivedAndStay(earlier.Chunks, earlier.Rows));
            throw;
        }
    }

    public ValueTask DisposeAsync() => Target?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Those that no later copy by the same command has made obsolete.</summary>
    private static TransferRecord[] Unfinished(IReadOnlyList<TransferRecord> transfers, string command) =>
        [.. transfers.Where(record => record.Origin.Command == command).Reverse().TakeWhile(record => !record.IsComplete)];

    /// <summary>An unfinished copy by the same command has its snapshot pinned, though the table may have a later one now.</summary>
    private static async Task<ITableSnapshot> OpenSnapshotAsync(
        ParseResult arguments, Source source, IReadOnlyList<TransferRecord> unfinished, CancellationToken cancellationToken)
    {
        string? selector = arguments.GetValue(SharedOptions.Snapshot);
        TransferRecord? begun = arguments.GetValue(SharedOptions.Restart) ? null : unfinished.FirstOrDefault(record => record.Chunks > 0);
        ITableSnapshot snapshot;
        try
        {
            // By the command's own words first: an id alone may show the snapshot with another schema.
            snapshot = await source.OpenReadableSnapshotAsync(selector, cancellationToken);
            if (begun is null || snapshot.Id == begun.Origin.Snapshot)
                return snapshot;
            if (source.KeepsSnapshots)
                return await source.OpenReadableSnapshotAsync(begun.Origin.Snapshot, cancellationToken);
        }
        catch (BulkMoverException error) when (begun is not null && error.Side is ErrorSide.Input or ErrorSide.Source)
        {
            throw Expired(begun!, selector, error);
        }

        throw Expired(begun, selector, null);
    }

    private static InvalidInputException Expired(TransferRecord unfinished, string? selector, BulkMoverException? error) => new("copy.snapshot_expired",
        $"The copy was begun with snapshot {unfinished.Origin.Snapshot}, which cannot be read any more{(error is null ? "." : $": {error.Message}")} " +
        $"{Describe.Arrived(unfinished.Chunks, unfinished.Rows)}; {(selector is null ? "with --restart they are thrown away, and what the table holds now is copied." : "name another --snapshot, or none, to copy that from zero.")}", error);

    /// <summary>What decides which rows and columns of a snapshot are read.</summary>
    public static string SelectionOf(ParseResult arguments, string source) => TransferId.Of(
        source, arguments.GetValue(SharedOptions.Columns) is { } columns ? string.Join('\0', columns) : null, arguments.GetValue(SharedOptions.Where)).Value;

    /// <summary>What decides the result but for the snapshot; how fast it runs does not.</summary>
    private static string CommandOf(ParseResult arguments, Source source, ITarget target) => TransferId.Of(
        SelectionOf(arguments, source.Name), target.Name, arguments.GetValue(SharedOptions.Mode).ToString(), arguments.GetValue(SharedOptions.Snapshot),
        arguments.GetValue(SharedOptions.OrderBy), arguments.GetValue(SharedOptions.PartitionBy), arguments.GetValue(SharedOptions.Engine)).Value;

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
