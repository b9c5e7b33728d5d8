namespace BulkMover.Core.Filters;

internal enum FilterLiteralKind
{
    Number,
    String,
    Binary,
    Boolean,
    Date,
    Time,
    Timestamp,
}

/// <summary>A value as it stands in a <c>--where</c>, not yet of any column's type.</summary>
/// <param name="Kind">How it was written.</param>
/// <param name="Text">What was written, without quotes, prefix or type word.</param>
/// <param name="Position">Where it stands, for messages.</param>
internal readonly record struct FilterLiteral(FilterLiteralKind Kind, string Text, int Position);
