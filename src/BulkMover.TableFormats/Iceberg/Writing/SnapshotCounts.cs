using System.Globalization;
using System.Text.Json.Nodes;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>What a snapshot adds and takes away, as its summary says it (Iceberg spec, Appendix F, "Optional Snapshot Summary Fields").</summary>
/// <param name="data">Data files that it adds.</param>
/// <param name="deletes">Position delete files that it adds, or deletion vectors.</param>
/// <param name="areVectors">Those are vectors.</param>
internal sealed class SnapshotCounts(AddedFiles data, AddedFiles deletes, bool areVectors)
{
    private long removedFiles, removedRows, removedBytes, positionFiles, vectors, positionDeletes, equalityFiles, equalityDeletes;

    /// <summary>"append: only data files were added and no files were removed" (Iceberg spec, "Snapshots").</summary>
    public string Operation => removedFiles + positionFiles + vectors + equalityFiles + deletes.Files > 0 ? "overwrite" : "append";

    /// <summary>The snapshot takes this file away.</summary>
    public void Remove(ManifestEntry entry)
    {
        removedBytes += entry.Bytes;
        switch (entry.Content)
        {
            case FileContent.Data: (removedFiles, removedRows) = (removedFiles + 1, removedRows + entry.Rows); break;
            case FileContent.PositionDeletes when entry.IsVector: (vectors, positionDeletes) = (vectors + 1, positionDeletes + entry.Rows); break;
            case FileContent.PositionDeletes: (positionFiles, positionDeletes) = (positionFiles + 1, positionDeletes + entry.Rows); break;
            default: (equalityFiles, equalityDeletes) = (equalityFiles + 1, equalityDeletes + entry.Rows); break;
        }
    }

    /// <summary>Adds the counts to a summary. Totals go on from those of the snapshot before; where it has none, neither has this one.</summary>
    /// <param name="summary">With the operation.</param>
    /// <param name="before">The summary of the snapshot before; null when there is none, or nothing of it is left.</param>
    public void AddTo(JsonObject summary, JsonObject? before)
    {
        Set(summary, "added-data-files", data.Files);
        Set(summary, "added-records", data.Rows);
        Set(summary, "added-files-size", data.Bytes + deletes.Bytes);
        Set(summary, "added-delete-files", deletes.Files);
        Set(summary, areVectors ? "added-dvs" : "added-position-delete-files", deletes.Files);
        Set(summary, "added-position-deletes", deletes.Rows);
        Set(summary, "deleted-data-files", removedFiles);
        Set(summary, "deleted-records", removedRows);
        Set(summary, "removed-files-size", removedBytes);
        Set(summary, "removed-delete-files", positionFiles + vectors + equalityFiles);
        Set(summary, "removed-position-delete-files", positionFiles);
        Set(summary, "removed-dvs", vectors);
        Set(summary, "removed-equality-delete-files", equalityFiles);
        Set(summary, "removed-position-deletes", positionDeletes);
        Set(summary, "removed-equality-deletes", equalityDeletes);
        SetTotal(summary, "total-data-files", before, data.Files);
        SetTotal(summary, "total-records", before, data.Rows);
        SetTotal(summary, "total-files-size", before, data.Bytes + deletes.Bytes);
        SetTotal(summary, "total-delete-files", before, deletes.Files);
        SetTotal(summary, "total-position-deletes", before, deletes.Rows);
        SetTotal(summary, "total-equality-deletes", before, 0);
    }

    private static void Set(JsonObject summary, string name, long count)
    {
        if (count > 0)
            summary[name] = Text(count);
    }

    private static void SetTotal(JsonObject summary, string name, JsonObject? before, long more)
    {
        if (before is null)
            summary[name] = Text(more);
        else if (before[name] is JsonValue value && value.TryGetValue(out string? text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long total))
            summary[name] = Text(total + more);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
