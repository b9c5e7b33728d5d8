using Apache.Arrow;

namespace BulkMover.Core.Types;

/// <summary>
/// What a metadata column tells of a row (Iceberg spec, "Row Lineage"; Delta PROTOCOL.md, "Row Tracking"). Files have it for rows that were
/// moved; other rows inherit it.
/// </summary>
public enum RowMetadata
{
    /// <summary>Which row of the table it is: where the file does not say, the file's first row id and the row's position in the file.</summary>
    RowId,

    /// <summary>What changed it last, a sequence number or version: where the file does not say, what added the file.</summary>
    LastChange,
}

/// <summary>Marks metadata columns. Kept in Arrow field metadata.</summary>
public static class RowMetadataColumns
{
    private const string Key = "BULKMOVER:row_metadata";

    /// <summary>What the column tells of a row; null for a column of the table.</summary>
    public static RowMetadata? GetRowMetadata(this Field field) =>
        field.HasMetadata && field.Metadata.TryGetValue(Key, out string? kind) ? Enum.Parse<RowMetadata>(kind) : null;

    /// <summary>A copy of the field that carries the mark.</summary>
    public static Field WithRowMetadata(this Field field, RowMetadata kind)
    {
        var metadata = field.HasMetadata ? new Dictionary<string, string>(field.Metadata) : [];
        metadata[Key] = kind.ToString();
        return new Field(field.Name, field.DataType, field.IsNullable, metadata);
    }
}
