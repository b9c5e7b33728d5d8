using BulkMover.Core.Errors;
using BulkMover.Core.Targets;

namespace BulkMover.Engine.Transfers;

/// <summary>Shows the rows of a copy that have all arrived: nothing of its source is needed any more.</summary>
public static class CommitTransfer
{
    /// <param name="target">Where the rows are.</param>
    /// <param name="transfer">Which, as the target remembers it.</param>
    /// <param name="verify">As <see cref="TargetRequest.Verify"/>.</param>
    /// <param name="patience">How long a failure that may pass is tried again.</param>
    /// <param name="notes">Told why it is tried again.</param>
    /// <param name="cancellationToken">Stops before the first step that readers can see.</param>
    /// <exception cref="BulkMoverException">It failed; the next run goes on.</exception>
    public static async Task<CopyResult> RunAsync(
        ITarget target, TransferRecord transfer, bool verify, TimeSpan patience, IProgress<string> notes, CancellationToken cancellationToken)
    {
        (int retries, bool isVerified) = (0, false);
        var retry = new Retry { Attempts = int.MaxValue, FirstWait = TimeSpan.FromSeconds(1), Patience = patience, Waiting = Waiting };
        await retry.RunAsync(CommitAsync, cancellationToken);
        return CopyResult.OfArrived(transfer.Rows, retries) with { IsVerified = isVerified };

        async Task<long> CommitAsync(CancellationToken stopping)
        {
            TargetPlan plan = await target.PlanCommitAsync(transfer.Transfer, verify, stopping);
            if (plan.Earlier is { IsComplete: true })
                return transfer.Rows;
            await using ITargetLoad load = await target.BeginAsync(plan, new LoadLimits(Writers: 1, HeldBytes: 0) { Notes = notes }, stopping);
            long rows = await load.CommitAsync(transfer.Rows, stopping);
            isVerified = load.IsVerified;
            return rows;
        }

        void Waiting(BulkMoverException failure, TimeSpan wait)
        {
            retries++;
            notes.Report($"{failure.Message} Going on in {wait.TotalSeconds:F0} s.");
        }
    }
}
