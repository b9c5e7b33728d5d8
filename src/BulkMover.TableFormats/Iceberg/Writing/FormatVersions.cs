namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>The format versions that are written (Iceberg spec, "Format Versioning"); all between them are.</summary>
internal static class FormatVersions
{
    /// <summary>Of new tables: what all engines read and write. Also the first that has sequence numbers and deletes.</summary>
    public const int OfNewTables = 2;

    /// <summary>The first with row ids and deletion vectors, and the last that is written.</summary>
    public const int WithRowIds = 3;
}
