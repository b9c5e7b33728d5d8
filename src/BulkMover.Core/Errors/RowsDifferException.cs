using BulkMover.Core.Targets;

namespace BulkMover.Core.Errors;

/// <summary>What has arrived is not what was read. Exit code 4.</summary>
/// <param name="message">What was not done because of it, and the next step.</param>
/// <param name="comparison">In which way they differ.</param>
public sealed class RowsDifferException(string message, Comparison comparison) : BulkMoverException("verify.rows_differ", ErrorSide.Target, message)
{
    /// <summary>The exit code of a comparison that found a difference.</summary>
    public const int DifferentExitCode = 4;

    public Comparison Comparison { get; } = comparison;

    public override int ExitCode => DifferentExitCode;
}
