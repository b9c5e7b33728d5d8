namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>What a field means, with the parameters that its kind has (LogicalTypes.md).</summary>
internal sealed record LogicalType(LogicalTypeKind Kind)
{
    /// <summary>Of a decimal: digits in all.</summary>
    public int Precision { get; init; }

    /// <summary>Of a decimal: digits after the point.</summary>
    public int Scale { get; init; }

    /// <summary>Of a time or timestamp: it is an instant, not a local time.</summary>
    public bool IsAdjustedToUtc { get; init; }

    /// <summary>Of a time or timestamp: 1, 2, 3 for milli-, micro- and nanoseconds, as the union <c>TimeUnit</c> numbers them.</summary>
    public int UnitId { get; init; }

    /// <summary>Of an integer.</summary>
    public int BitWidth { get; init; }

    /// <summary>Of an integer.</summary>
    public bool IsSigned { get; init; }

    /// <summary>Of a variant: the version of its specification, 1 where it is left out.</summary>
    public int Version { get; init; } = 1;

    /// <summary>Of a geometry or geography: its coordinate reference system; null where the default is meant.</summary>
    public string? Crs { get; init; }

    /// <summary>Of a geography: how edges run, as <c>EdgeInterpolationAlgorithm</c> numbers it.</summary>
    public int EdgesId { get; init; }

    /// <summary>Of a time or timestamp: the unit is none of those; more may come (LogicalTypes.md, "TIMESTAMP").</summary>
    public bool HasUnknownUnit => Kind is LogicalTypeKind.Time or LogicalTypeKind.Timestamp && UnitId is not (1 or 2 or 3);
}
