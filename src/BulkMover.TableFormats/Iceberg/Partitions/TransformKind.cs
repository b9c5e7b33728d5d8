namespace BulkMover.TableFormats.Iceberg.Partitions;

/// <summary>How a partition value comes from a column (Iceberg spec, "Partition Transforms").</summary>
internal enum TransformKind
{
    /// <summary>Not known here: it is ignored when files are ruled out, and the table reads right.</summary>
    Unknown,
    Identity,
    Bucket,
    Truncate,
    Year,
    Month,
    Day,
    Hour,
    Void,
}
