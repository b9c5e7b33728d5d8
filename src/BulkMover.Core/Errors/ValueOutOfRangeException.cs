namespace BulkMover.Core.Errors;

/// <summary>A source value has no equal in the target's type. Invariant 4: it is an error, never a cut.</summary>
public sealed class ValueOutOfRangeException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Source, message, inner);
