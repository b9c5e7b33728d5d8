namespace BulkMover.Core.Scans;

/// <summary>How a data file's column is found for a column of the table.</summary>
public enum ColumnMatching
{
    /// <summary>
    /// By name, which is the physical one where the table maps names; exact first, then without regard to case where that is unambiguous.
    /// </summary>
    Name,

    /// <summary>By field id, at every level; a file without any ids has rules of its own (Iceberg spec, "Column Projection").</summary>
    FieldId,

    /// <summary>By field id, at every level; columns without any are refused (Delta PROTOCOL.md, "Reader Requirements for Column Mapping").</summary>
    WrittenFieldId,
}
