using BulkMover.Core.Errors;
using BulkMover.Core.Tables;
using BulkMover.Core.Targets;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;
using BulkMover.Engine.Tuning;

namespace BulkMover.Cli.Reports;

/// <summary>Tells whoever watches, a person or a script, what happens.</summary>
/// <remarks>As a progress it is told about slow steps on the way, a whole sentence each.</remarks>
public interface IReport : IProgress<string>
{
    /// <summary>A copy begins.</summary>
    void Starting(CopyOutline outline);

    /// <summary>What a copy would do.</summary>
    void Planned(CopyOutline outline);

    /// <summary>What a table is.</summary>
    void Inspected(TableOutline outline);

    /// <summary>What is read of each format.</summary>
    void Listed(IReadOnlyList<FeatureList> formats);

    /// <summary>What a target remembers of the copies into it.</summary>
    void Listed(IReadOnlyList<TransferRecord> transfers);

    /// <summary>Shows progress until <paramref name="work"/> ends, and ends with it: its failure is thrown on.</summary>
    Task FollowAsync(Task work, Func<TransferProgress> progress);

    /// <summary>A copy is complete.</summary>
    void Finished(CopyResult result);

    /// <summary>Two sides were compared; differences were told with it.</summary>
    void Compared(Comparison comparison, TimeSpan took);

    /// <summary>Samples were taken.</summary>
    /// <param name="result">What they have shown.</param>
    /// <param name="plot">File with the plot; null when none was asked for.</param>
    void Tuned(TuningResult result, string? plot);

    /// <summary>An error that tells what to fix.</summary>
    void Failed(BulkMoverException error);

    /// <summary>An error that is our bug.</summary>
    void Crashed(Exception error);

    /// <summary>The user stopped the command.</summary>
    /// <param name="isResumed">The same command goes on where it was: a copy, and no command that only looks.</param>
    void Stopped(bool isResumed);
}
