namespace BulkMover.Core.Errors;

/// <summary>The target refused, or what it holds does not fit the copy: types, rights, rows that are already there.</summary>
public sealed class TargetException(string code, string message, Exception? inner = null)
    : BulkMoverException(code, ErrorSide.Target, message, inner);
