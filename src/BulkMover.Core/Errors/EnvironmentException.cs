namespace BulkMover.Core.Errors;

/// <summary>The machine, a disk or the network failed; the input may be right. Exit code 3.</summary>
public sealed class EnvironmentException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Environment, message, inner);
