namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>A footer, parsed but not yet checked against the file (parquet.thrift, <c>FileMetaData</c>).</summary>
internal sealed class FileMetadata
{
    /// <summary>The list of <c>SchemaElement</c>, as it stands in the footer.</summary>
    public required ReadOnlyMemory<byte> SchemaElements { get; init; }

    public required IReadOnlyList<ParquetRowGroup> RowGroups { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string?>> KeyValues { get; init; }

    public string? CreatedBy { get; init; }

    /// <summary>One per leaf column, or empty when the writer states none.</summary>
    public required IReadOnlyList<ColumnOrder> ColumnOrders { get; init; }

    /// <summary>The footer is readable, but columns are encrypted.</summary>
    public required bool IsEncrypted { get; init; }
}
