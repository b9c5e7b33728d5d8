namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>What <c>min_value</c> and <c>max_value</c> of a column are ordered by (parquet.thrift, <c>ColumnOrder</c>).</summary>
internal enum ColumnOrder
{
    /// <summary>Not stated, or an order that is not known here: the values bound nothing.</summary>
    Undefined = 0,
    TypeDefined = 1,
    Ieee754Total = 2,
    Int96Timestamp = 3,
}
