namespace BulkMover.Core.Errors;

/// <summary>The table or one of its files is missing or its bytes do not form what the specification says.</summary>
public sealed class CorruptTableException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Source, message, inner);
