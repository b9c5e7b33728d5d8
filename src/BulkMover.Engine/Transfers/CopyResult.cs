using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;

namespace BulkMover.Engine.Transfers;

/// <summary>What a copy moved and where its time went.</summary>
/// <param name="Rows">Rows that the target counts as having arrived.</param>
/// <param name="SkippedRows">Rows among them that earlier runs had brought.</param>
/// <param name="Retries">How often the copy was begun again after a failure that passed.</param>
/// <param name="BytesRead">Bytes fetched from the source.</param>
/// <param name="BytesWritten">Bytes sent to the target.</param>
/// <param name="Seconds">From the survey to the commit.</param>
/// <param name="Stages">Every stage, in the order of the flow.</param>
/// <param name="Bottleneck">One sentence: what a faster copy would need.</param>
/// <param name="PeakLeasedBytes">The most that was leased of the memory budget at one time.</param>
public sealed record CopyResult(
    long Rows, long SkippedRows, int Retries, long BytesRead, long BytesWritten, double Seconds, IReadOnlyList<StageProgress> Stages, string Bottleneck, long PeakLeasedBytes)
{
    /// <summary>The target has compared the rows with those that were read before it showed them.</summary>
    public bool IsVerified { get; init; }

    /// <summary>As <see cref="TransferProgress.Readers"/>, at the end; null when nothing was moved.</summary>
    public int? Readers { get; init; }

    /// <summary>As <see cref="TransferProgress.Writers"/>, at the end; null when nothing was moved.</summary>
    public int? Writers { get; init; }

    /// <summary>As <see cref="TransferProgress.AdoptedFiles"/>.</summary>
    public long AdoptedFiles { get; init; }

    /// <summary>As <see cref="TransferProgress.AdoptedBytes"/>.</summary>
    public long AdoptedBytes { get; init; }

    /// <summary>Of a copy all of whose rows earlier runs had brought.</summary>
    public static CopyResult OfArrived(long rows, int retries) => new(rows, rows, retries, 0, 0, 0, [], "Nothing was moved: earlier runs had brought all rows, and this one has shown them.", 0);

    /// <summary>Of a copy that earlier runs have brought to its end.</summary>
    public static CopyResult OfComplete(TransferRecord complete) =>
        new(complete.Rows, complete.Rows, 0, 0, 0, 0, [], $"Nothing was moved: an earlier run has completed this copy. {HowToCopyAgain(complete.Mode)}", 0);

    private static string HowToCopyAgain(CopyMode mode) => mode switch
    {
        CopyMode.Create => "With --mode replace it is copied again.",
        CopyMode.Append => "With --restart its rows are added once more.",
        _ => "With --restart it is copied again.",
    };
}
