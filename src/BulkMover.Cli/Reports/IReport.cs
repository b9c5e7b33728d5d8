using BulkMover.Core.Errors;
using BulkMover.Engine.Metrics;
using BulkMover.Engine.Transfers;

namespace BulkMover.Cli.Reports;

/// <summary>Tells whoever watches, a person or a script, what happens.</summary>
public interface IReport
{
    /// <summary>Something the user should know; a whole sentence.</summary>
    void Note(string sentence);

    /// <summary>What a copy would do.</summary>
    void Planned(CopyOutline outline);

    /// <summary>What a table is.</summary>
    void Inspected(TableOutline outline);

    /// <summary>Shows progress until <paramref name="work"/> ends, and ends with it: its failure is thrown on.</summary>
    Task FollowAsync(Task work, Func<TransferProgress> progress);

    /// <summary>A copy is complete.</summary>
    void Finished(CopyResult result);

    /// <summary>An error that tells what to fix.</summary>
    void Failed(BulkMoverException error);

    /// <summary>An error that is our bug.</summary>
    void Crashed(Exception error);

    /// <summary>The user stopped the command.</summary>
    void Stopped();
}
