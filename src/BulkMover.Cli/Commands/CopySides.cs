using System.CommandLine;
using System.Globalization;
using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Cli.Targets;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;

namespace BulkMover.Cli.Commands;

/// <summary>What a copy is of, and what earlier runs of the same command have left in its target; the source is only about to be looked at.</summary>
/// <param name="arguments">The command.</param>
/// <param name="source">Name of the source.</param>
/// <param name="target">The opened target; null for a plan without one.</param>
/// <param name="command">What decides the result but for the snapshot.</param>
/// <param name="before">The copies by the same command, oldest first.</param>
internal sealed class CopySides(ParseResult arguments, string source, ITarget? target, string command, IReadOnlyList<TransferRecord> before) : IAsyncDisposable
{
    private OpeningSnapshot? opening;

    public ITarget? Target => target;

    /// <summary>The copies that no later one has made obsolete, the last one first.</summary>
    public IReadOnlyList<TransferRecord> Unfinished { get; } = [.. before.Reverse().TakeWhile(record => !record.IsComplete)];

    /// <summary>The one that this command goes on with; null when there is none, or it shall begin anew.</summary>
    public TransferRecord? Begun => arguments.GetValue(SharedOptions.Restart) ? null : Unfinished.FirstOrDefault(record => record.Chunks > 0 || record.HasArrived);

    /// <summary>Whether the command names the latest snapshot, even where it goes on.</summary>
    public bool TakesLatest => arguments.GetValue(SharedOptions.Snapshot) == Source.Latest;

    public static async Task<CopySides> OpenAsync(ParseResult arguments, string? to, IReport report, CancellationToken cancellationToken)
    {
        // Both addresses first: what is wrong with the command should not wait for what it would open.
        TargetAddress? address = to is null ? null : TargetAddress.Parse(to);
        string source = SourceOpener.NameOf(arguments.GetRequiredValue(SharedOptions.From));
        if (address is null)
            return new CopySides(arguments, source, null, "", []);
        address.ThrowIfInside(arguments.GetRequiredValue(SharedOptions.From));
        var opening = new OpeningSnapshot(arguments, cancellationToken);
        ITarget? target = null;
        try
        {
            target = await TargetOpener.OpenAsync(arguments, address, report, cancellationToken);
            string command = CommandOf(arguments, source, target);
            TransferRecord[] before = [.. (await target.TransfersAsync(cancellationToken)).Where(record => record.Origin.Command == command)];
            var sides = new CopySides(arguments, source, target, command, before);
            // What was begun is perhaps of another snapshot, which may have come after the source was opened; or no row is left to be read.
            if (sides.Begun is not null)
                await opening.DisposeAsync();
            else
                sides.opening = opening;
            return sides;
        }
        catch
        {
            await opening.DisposeAsync();
            if (target is not null)
                await target.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// An unfinished copy by the same command has its snapshot pinned, though the table may have a later one now; unless the command says that
    /// the latest shall be taken.
    /// </summary>
    public async Task<(Source Source, ITableSnapshot Snapshot, Scan Scan)> OpenSnapshotAsync(CancellationToken cancellationToken)
    {
        string? selector = arguments.GetValue(SharedOptions.Snapshot);
        (Source? opened, BulkMoverException? failure, bool isOtherwise) = (null, null, false);
        // By the command's own words first: an id alone shows the snapshot with its own schema, which may not be the one that it was read with.
        foreach (string? words in Begun is null || TakesLatest ? [selector] : (string?[])[selector, Begun.Origin.Snapshot])
        {
            try
            {
                ITableSnapshot snapshot;
                if (opening?.Take() is { } ahead)
                {
                    (opened, snapshot) = await ahead;
                }
                else
                {
                    opened ??= await OpenSourceAsync(arguments, cancellationToken);
                    if (words != selector && !opened.KeepsSnapshots)
                        break;
                    snapshot = await opened.OpenReadableSnapshotAsync(words, cancellationToken);
                }

                Scan scan = Source.NewScan(snapshot, arguments.GetValue(SharedOptions.Columns), arguments.GetValue(SharedOptions.Where));
                if (Begun is null || IsBegun(snapshot, scan) || (TakesLatest && opened.KeepsSnapshots))
                    return (opened, snapshot, scan);
                isOtherwise |= snapshot.Id == Begun.Origin.Snapshot;
            }
            catch (BulkMoverException error) when (Begun is not null && !TakesLatest && error.Side is ErrorSide.Input or ErrorSide.Source)
            {
                failure = error;
            }
        }

        throw isOtherwise ? ReadOtherwise(Begun!) : Expired(Begun!, opened, selector, failure);
    }

    /// <summary>Whether this is just what was begun.</summary>
    public bool IsBegun(ITableSnapshot snapshot, Scan scan) => Begun is { Origin: var origin } && origin.Snapshot == snapshot.Id && origin.Reading == ReadingOf(scan);

    /// <summary>What the target is to remember.</summary>
    public TransferOrigin OriginOf(ITableSnapshot snapshot, Scan scan) => new(command, SelectionOf(arguments, source), source, snapshot.Id)
    {
        Table = snapshot.TableId,
        Reading = ReadingOf(scan),
    };

    /// <summary>
    /// The transfer of a snapshot: the one that has it, or the one that goes on with it. It keeps its id then, so an id may be that of a transfer
    /// which has another snapshot now.
    /// </summary>
    public TransferId TransferOf(ITableSnapshot snapshot)
    {
        if (before.LastOrDefault(record => record.Origin.Snapshot == snapshot.Id && record.Origin.Table == snapshot.TableId) is { } known)
            return known.Transfer;
        if (TakesLatest && Begun is not null)
            return Begun.Transfer;
        TransferId id = TransferId.Of(command, snapshot.Id);
        while (before.Any(record => record.Transfer == id))
            id = TransferId.Of(id.Value, snapshot.Id);
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        if (opening is not null)
            await opening.DisposeAsync();
        if (target is not null)
            await target.DisposeAsync();
    }

    /// <summary>Opens the table that the command reads.</summary>
    public static Task<Source> OpenSourceAsync(ParseResult arguments, CancellationToken cancellationToken) =>
        SourceOpener.OpenAsync(arguments.GetRequiredValue(SharedOptions.From), SharedOptions.RequestLimits(arguments), cancellationToken);

    /// <summary>What decides which rows and columns of a snapshot are read.</summary>
    public static string SelectionOf(ParseResult arguments, string source) => TransferId.Of(
        source, arguments.GetValue(SharedOptions.Columns) is { } columns ? string.Join('\0', columns) : null, arguments.GetValue(SharedOptions.Where)).Value;

    /// <summary>What decides the result but for the snapshot; how fast it runs does not.</summary>
    private static string CommandOf(ParseResult arguments, string source, ITarget target) => TransferId.Of(
        SelectionOf(arguments, source), target.Name, arguments.GetValue(SharedOptions.Mode).ToString(),
        // Whoever goes on with the latest snapshot means the copy that was begun without a word of it.
        arguments.GetValue(SharedOptions.Snapshot) is { } selector and not Source.Latest ? selector : null,
        arguments.GetValue(SharedOptions.OrderBy), arguments.GetValue(SharedOptions.PartitionBy), arguments.GetValue(SharedOptions.Engine)).Value;

    private static string ReadingOf(Scan scan) => scan.Reading.ToString("x32", CultureInfo.InvariantCulture);

    private static InvalidInputException Expired(TransferRecord unfinished, Source? source, string? selector, BulkMoverException? error) => new("copy.snapshot_expired",
        $"The copy was begun with snapshot {unfinished.Origin.Snapshot}, which cannot be read any more{(error is null ? "." : $": {error.Message}")} " +
        $"{Describe.Arrived(unfinished.Chunks, unfinished.Rows)}; {HowToGoOn(unfinished, source, selector)}", error);

    private static string HowToGoOn(TransferRecord unfinished, Source? source, string? selector) => (unfinished.HasArrived, selector, source) switch
    {
        (true, _, _) => "those are all, and `copy` shows them without it.",
        (_, not null and not Source.Latest, _) => "name another --snapshot, or none, to copy that from zero.",
        (_, _, { KeepsSnapshots: false }) => "plain files may have been written again under their names, so only --restart is right: it throws them away and copies what is there now.",
        _ => "--snapshot latest goes on with what the table holds now and keeps them, where their files are still part of it; --restart throws them away.",
    };

    private static InvalidInputException ReadOtherwise(TransferRecord unfinished) => new("copy.table_changed",
        $"The copy of snapshot {unfinished.Origin.Snapshot} was begun when its columns had other types, names or defaults, or of another table in the same place. " +
        $"{Describe.Arrived(unfinished.Chunks, unfinished.Rows)}; --restart throws them away and copies from zero.");
}
