using System.CommandLine;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Databases.ClickHouse;

namespace BulkMover.Cli.Commands;

/// <summary>Both sides of a copy, opened, and what earlier runs of the same command have left; nothing is planned yet.</summary>
/// <param name="arguments">The command.</param>
/// <param name="source">The opened source.</param>
/// <param name="target">The opened target; null for a plan without one.</param>
/// <param name="command">What decides the result but for the snapshot.</param>
/// <param name="before">The copies by the same command, oldest first.</param>
internal sealed class CopySides(ParseResult arguments, Source source, ITarget? target, string command, IReadOnlyList<TransferRecord> before) : IAsyncDisposable
{
    public Source Source => source;

    public ITarget? Target => target;

    public string Command => command;

    /// <summary>The copies that no later one has made obsolete, the last one first.</summary>
    public IReadOnlyList<TransferRecord> Unfinished { get; } = [.. before.Reverse().TakeWhile(record => !record.IsComplete)];

    /// <summary>The one that this command goes on with; null when there is none, or it shall begin anew.</summary>
    public TransferRecord? Begun => arguments.GetValue(SharedOptions.Restart) ? null : Unfinished.FirstOrDefault(record => record.Chunks > 0 || record.IsShowing);

    private bool TakesLatest => arguments.GetValue(SharedOptions.Snapshot) == Source.Latest;

    public static async Task<CopySides> OpenAsync(ParseResult arguments, string? to, IReport report, CancellationToken cancellationToken)
    {
        // Both addresses first: what is wrong with the command should not wait for what it would open.
        ClickHouseAddress? address = to is null ? null : TargetAddress.Parse(to);
        Source source = await SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), cancellationToken);
        if (address is null)
            return new CopySides(arguments, source, null, "", []);
        ITarget target = await ClickHouseTarget.OpenAsync(address, TableOptions(arguments), report, cancellationToken);
        try
        {
            string command = CommandOf(arguments, source, target);
            TransferRecord[] before = [.. (await target.TransfersAsync(cancellationToken)).Where(record => record.Origin.Command == command)];
            return new CopySides(arguments, source, target, command, before);
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// An unfinished copy by the same command has its snapshot pinned, though the table may have a later one now; unless the command says that
    /// the latest shall be taken.
    /// </summary>
    public async Task<ITableSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        string? selector = arguments.GetValue(SharedOptions.Snapshot);
        ITableSnapshot snapshot;
        try
        {
            // By the command's own words first: an id alone may show the snapshot with another schema.
            snapshot = await source.OpenReadableSnapshotAsync(selector, cancellationToken);
            if (Begun is null || snapshot.Id == Begun.Origin.Snapshot)
                return snapshot;
            if (TakesLatest)
                return source.KeepsSnapshots ? snapshot : throw OverwrittenFiles(Begun);
            if (source.KeepsSnapshots)
                return await source.OpenReadableSnapshotAsync(Begun.Origin.Snapshot, cancellationToken);
        }
        catch (BulkMoverException error) when (Begun is not null && !TakesLatest && error.Side is ErrorSide.Input or ErrorSide.Source)
        {
            throw Expired(Begun!, selector, error);
        }

        throw Expired(Begun, selector, null);
    }

    /// <summary>
    /// The transfer of a snapshot: the one that has it, or the one that goes on with it. It keeps its id then, so an id may be that of a transfer
    /// which has another snapshot now.
    /// </summary>
    public TransferId TransferOf(string snapshot)
    {
        if (before.LastOrDefault(record => record.Origin.Snapshot == snapshot) is { } known)
            return known.Transfer;
        if (TakesLatest && Begun is not null)
            return Begun.Transfer;
        TransferId id = TransferId.Of(command, snapshot);
        while (before.Any(record => record.Transfer == id))
            id = TransferId.Of(id.Value, snapshot);
        return id;
    }

    public ValueTask DisposeAsync() => target?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>What decides which rows and columns of a snapshot are read.</summary>
    public static string SelectionOf(ParseResult arguments, string source) => TransferId.Of(
        source, arguments.GetValue(SharedOptions.Columns) is { } columns ? string.Join('\0', columns) : null, arguments.GetValue(SharedOptions.Where)).Value;

    /// <summary>What decides the result but for the snapshot; how fast it runs does not.</summary>
    private static string CommandOf(ParseResult arguments, Source source, ITarget target) => TransferId.Of(
        SelectionOf(arguments, source.Name), target.Name, arguments.GetValue(SharedOptions.Mode).ToString(),
        // Whoever goes on with the latest snapshot means the copy that was begun without a word of it.
        arguments.GetValue(SharedOptions.Snapshot) is { } selector and not Source.Latest ? selector : null,
        arguments.GetValue(SharedOptions.OrderBy), arguments.GetValue(SharedOptions.PartitionBy), arguments.GetValue(SharedOptions.Engine)).Value;

    private static ClickHouseTableOptions TableOptions(ParseResult arguments) => new()
    {
        OrderBy = arguments.GetValue(SharedOptions.OrderBy),
        PartitionBy = arguments.GetValue(SharedOptions.PartitionBy),
        Engine = arguments.GetValue(SharedOptions.Engine),
    };

    private static InvalidInputException Expired(TransferRecord unfinished, string? selector, BulkMoverException? error) => new("copy.snapshot_expired",
        $"The copy was begun with snapshot {unfinished.Origin.Snapshot}, which cannot be read any more{(error is null ? "." : $": {error.Message}")} " +
        $"{Describe.Arrived(unfinished.Chunks, unfinished.Rows)}; {HowToGoOn(selector)}", error);

    private static string HowToGoOn(string? selector) => selector is null
        ? "--snapshot latest goes on with what the table holds now and keeps them, where their files are still part of it; --restart throws them away."
        : "name another --snapshot, or none, to copy that from zero.";

    private static InvalidInputException OverwrittenFiles(TransferRecord unfinished) => new("copy.snapshot_unknown",
        $"Files have changed since the copy was begun, and plain files may have been written again under their names: which of the rows that have arrived are still right cannot be told. " +
        $"{Describe.Arrived(unfinished.Chunks, unfinished.Rows)}; --restart throws them away and copies what is there now.");
}
