using BulkMover.Cli.Reports;
using BulkMover.Cli.Sources;
using BulkMover.Core.Scans;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Memory;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Commands;

/// <summary>A table that is read to be compared, as a copy reads it.</summary>
/// <param name="Source">The table.</param>
/// <param name="Snapshot">Which of its snapshots.</param>
/// <param name="Scan">What of that.</param>
/// <param name="Memory">Counts what reading holds.</param>
/// <param name="Options">How much happens at the same time.</param>
/// <param name="Report">Shows how far it is.</param>
internal sealed record TableReading(Source Source, ITableSnapshot Snapshot, Scan Scan, MemoryBudget Memory, CopyOptions Options, IReport Report)
{
    /// <summary>The same with chunks of one scan task each, so that the number of a chunk is that of its scan task.</summary>
    public TableReading ByScanTask => this with { Options = Options with { ChunkBytes = 1 } };

    /// <returns>Rows that were read.</returns>
    public async Task<long> RunAsync(ITarget target, CancellationToken cancellationToken)
    {
        var origin = new TransferOrigin("", "", Source.Name, Snapshot.Id);
        TargetPlan plan = await target.PlanAsync(new TargetRequest(TransferId.Of(Snapshot.Id), origin, Scan.OutputSchema, CopyMode.Append, []), cancellationToken);
        var reading = new CopyTransfer(Snapshot, Scan, Source.NewReader(Snapshot, Scan), target, plan, Memory, Options) { Notes = Report };
        Task<CopyResult> running = reading.RunAsync(cancellationToken);
        await Report.FollowAsync(running, () => reading.Progress);
        return (await running).Rows;
    }

    /// <summary>The files of scan tasks by their number in the plan.</summary>
    public Task<IReadOnlyDictionary<long, string>> FilesAsync(IReadOnlySet<long> scanTasks, CancellationToken cancellationToken) =>
        TaskFiles.FindAsync(Snapshot, Scan, scanTasks, cancellationToken);
}
