using BulkMover.Databases.ClickHouse;

namespace BulkMover.Cli.Targets;

/// <summary>Opens the table that TO names, for commands that make none.</summary>
public static class TargetOpener
{
    /// <param name="to">As the user typed it.</param>
    /// <param name="progress">Told about slow steps.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="Core.Errors.BulkMoverException">It names no target, or the target cannot be had.</exception>
    public static Task<ClickHouseTarget> OpenAsync(string to, IProgress<string> progress, CancellationToken cancellationToken) =>
        ClickHouseTarget.OpenAsync(TargetAddress.Parse(to), new ClickHouseTableOptions(), progress, cancellationToken);
}
