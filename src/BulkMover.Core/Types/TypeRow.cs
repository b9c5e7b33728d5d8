namespace BulkMover.Core.Types;

/// <summary>One row of the type mapping: a source type, its target type and what happens at the edge.</summary>
/// <param name="Source">
/// Arrow's name; parameters that choose the row are part of it, others are not: <c>timestamp(us)</c> but <c>decimal128</c>.
/// </param>
/// <param name="Iceberg">Iceberg types that are read as this one; null when none is.</param>
/// <param name="Delta">Delta types that are read as this one; null when none is.</param>
/// <param name="Parquet">Parquet types (logical, else physical) that are read as this one; null when none is.</param>
/// <param name="Target">
/// The ClickHouse type without Nullable. In braces what the column fills in: <c>{P}</c> precision, <c>{S}</c> scale, <c>{N}</c> bytes,
/// <c>{0}</c>, <c>{1}</c> the children's types, <c>{*}</c> names and types of all children. Empty for a refused type.
/// </param>
/// <param name="Form">How the bytes are turned.</param>
/// <param name="Nulls">How a null is held.</param>
public sealed record TypeRow(
    string Source, string? Iceberg, string? Delta, string? Parquet, string Target, ValueForm Form, NullForm Nulls = NullForm.Nullable)
{
    /// <summary>Values that fit, checked one by one; null when all values of the source type do.</summary>
    public ValueRange? Range { get; init; }

    /// <summary>In place of <see cref="Range"/> where the server's calendar is wide; null when all values fit there.</summary>
    public ValueRange? WideRange { get; init; }

    /// <summary>True for dates, false for timestamps: which flag of <see cref="CalendarSupport"/> chooses the range.</summary>
    public bool IsDate { get; init; }

    /// <summary>In which way an arriving value differs from the source; null when it does not.</summary>
    public string? Difference { get; init; }

    /// <summary>Why the type is refused; null when it is mapped.</summary>
    public string? Refusal { get; init; }

    /// <summary>The values that fit a server with this calendar.</summary>
    public ValueRange? RangeOn(CalendarSupport calendar) =>
        (IsDate ? calendar.WideDates : calendar.WideTimestamps) ? WideRange : Range;
}
