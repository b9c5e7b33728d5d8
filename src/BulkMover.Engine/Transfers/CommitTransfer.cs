using BulkMover.Core.Errors;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>Ends a copy whose rows have all arrived, and which an earlier run had begun to show: nothing of its source is needed any more.</summary>
public static class CommitTransfer
{
    /// <param name="target">Where the rows are.</param>
    /// <param name="transfer">Which, as the target remembers it.</param>
    /// <param name="patience">How long a failure that may pass is tried again.</param>
    /// <param name="notes">Told why it is tried again.</param>
    /// <param name="cancellationToken">Stops before the first step that readers can see.</param>
    /// <exception cref="BulkMoverException">It failed; the next run goes on.</exception>
    public static async Task<CopyResult> RunAsync(ITarget target, TransferRecord transfer, TimeSpan patience, IProgress<string> notes, CancellationToken cancellationToken)
    {
        int retries = 0;
        var retry = new Retry { Attempts = int.MaxValue, FirstWait = TimeSpan.FromSeconds(1), Patience = patience, Waiting = Waiting };
        await retry.RunAsync(CommitAsync, cancellationToken);
        return CopyResult.OfArrived(transfer.Rows, retries);

        async Task<long> CommitAsync(CancellationToken stopping)
        {
            TargetPlan plan = await target.PlanCommitAsync(transfer.Transfer, stopping);
            if (plan.Earlier is { IsComplete: true })
                return transfer.Rows;
            await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(Writers: 1, HeldBytes: 0) { Notes = notes }, stopping);
            return await load.CommitAsync(transfer.Rows, stopping);
        }

        void Waiting(BulkMoverException failure, TimeSpan wait)
        {
            retries++;
            notes.Report($"{failure.Message} Going on in {wait.TotalSeconds:F0} s.");
        }
    }
}
