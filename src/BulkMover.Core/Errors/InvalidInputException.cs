namespace BulkMover.Core.Errors;

/// <summary>What the user asked for cannot be done as asked: an option, an address, a name that does not exist.</summary>
public sealed class InvalidInputException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Input, message, inner);
