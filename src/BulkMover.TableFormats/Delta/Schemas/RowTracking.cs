using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Schemas;

/// <summary>The columns that tell which row is which (PROTOCOL.md, "Row Tracking"), under the names that Spark gives them.</summary>
internal static class RowTracking
{
    public const string Feature = "rowTracking";

    private const string IdColumnKey = "delta.rowTracking.materializedRowIdColumnName";
    private const string VersionColumnKey = "delta.rowTracking.materializedRowCommitVersionColumnName";

    /// <summary>
    /// The columns, each with the name that data files may have it under; none unless row tracking is enabled, because only then all rows have
    /// ids. The feature alone says that writers support it.
    /// </summary>
    public static IReadOnlyList<Field> ColumnsOf(TableProtocol protocol, TableMetadata metadata)
    {
        Dictionary<string, string?> properties = metadata.Configuration ?? [];
        bool isEnabled = protocol.WriterFeatures?.Contains(Feature) == true
            && string.Equals(properties.GetValueOrDefault("delta.enableRowTracking"), "true", StringComparison.OrdinalIgnoreCase);
        return isEnabled && properties.GetValueOrDefault(IdColumnKey) is { } id && properties.GetValueOrDefault(VersionColumnKey) is { } version
            ? [Column("_metadata.row_id", id, RowMetadata.RowId), Column("_metadata.row_commit_version", version, RowMetadata.LastChange)]
            : [];
    }

    private static Field Column(string name, string materialized, RowMetadata kind) =>
        new Field(name, Int64Type.Default, nullable: true).WithPhysicalName(materialized).WithRowMetadata(kind);
}
