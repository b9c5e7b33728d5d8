namespace BulkMover.Core.Scans;

/// <summary>How a data file's column is found for a column of the table.</summary>
public enum ColumnMatching
{
    /// <summary>By name; exact first, then without regard to case where that is unambiguous.</summary>
    Name,

    /// <summary>By field id, at every level (Iceberg spec, "Column Projection").</summary>
    FieldId,
}
