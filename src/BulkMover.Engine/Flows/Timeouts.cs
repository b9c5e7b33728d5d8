using BulkMover.Core.Errors;

namespace BulkMover.Engine.Flows;

/// <summary>
/// Only the user's own token is a cancellation. An <see cref="OperationCanceledException"/> from anything else is a call that gave up,
/// as an HTTP client's does, and would end as silence if it were taken for one.
/// </summary>
internal static class Timeouts
{
    /// <summary>The error itself, or for a foreign cancellation the error that says who waited in vain.</summary>
    public static Exception AsFailure(string stage, Exception error) => error is OperationCanceledException
        ? new EnvironmentException("engine.timed_out",
            $"An answer that '{stage}' was waiting for did not come in time: {error.Message} " +
            "Check the connection to source and target, then run the same command again.", error) { IsTransient = true }
        : error;
}
