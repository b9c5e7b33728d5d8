namespace BulkMover.Core.Errors;

/// <summary>The table uses something that is not read yet; it is refused by name (invariant 8).</summary>
public sealed class UnsupportedFeatureException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Source, message, inner);
