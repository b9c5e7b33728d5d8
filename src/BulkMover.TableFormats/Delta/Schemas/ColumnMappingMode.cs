namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>How columns are found in data files (PROTOCOL.md, "Column Mapping").</summary>
internal enum ColumnMappingMode
{
    /// <summary>By the names of the schema.</summary>
    None,

    /// <summary>By their physical names.</summary>
    Name,

    /// <summary>By their ids.</summary>
    Id,

    /// <summary>A mode of tomorrow.</summary>
    Unknown,
}
