namespace BulkMover.Core.Errors;

/// <summary>
/// An error that tells a person what to fix. Anything else that reaches the command line is our own bug (exit code 1).
/// </summary>
/// <param name="code">Stable, lower case, room and reason: <c>iceberg.manifest_missing</c>. Scripts read it.</param>
/// <param name="side">Who has to act.</param>
/// <param name="message">What happened, to which thing, and the next step.</param>
/// <param name="inner">What was thrown below, if anything.</param>
public class BulkMoverException(string code, ErrorSide side, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public string Code { get; } = code;

    public ErrorSide Side { get; } = side;

    /// <summary>True when the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient { get; init; }

    /// <summary>The other side had more to do than it could: whoever makes the call again asks for less at a time.</summary>
    public bool IsOverload { get; init; }

    /// <summary>How long the other side asks to wait before the same call; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    public virtual int ExitCode => Side == ErrorSide.Environment ? 3 : 2;
}
