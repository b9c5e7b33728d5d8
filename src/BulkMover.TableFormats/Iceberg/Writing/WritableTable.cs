using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Paths;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Refuses tables that cannot be written without breaking what they use (invariant 8).</summary>
internal static class WritableTable
{
    /// <exception cref="UnsupportedFeatureException">The table uses what is not written.</exception>
    /// <exception cref="CorruptTableException">Its metadata lack what a commit goes on from.</exception>
    /// <exception cref="TargetException">The table does not lie where its metadata says.</exception>
    public static void Check(TableState state, IWritableStore store, Location root)
    {
        if (state.Metadata.FormatVersion is < FormatVersions.OfNewTables or > FormatVersions.WithRowIds)
        {
            throw new UnsupportedFeatureException("iceberg.version_not_written",
                $"'{root}' has format version {state.Metadata.FormatVersion}; versions 2 and 3 are those that are written. Upgrade or copy the table with an engine that writes both.");
        }

        if (state is { HasRowIds: true, NextRowId: null })
        {
            throw new CorruptTableException("iceberg.metadata_invalid",
                $"'{state.File}' does not tell the next row id ('next-row-id', which version 3 requires), so that new rows could get ids that others have. Repair the table with the engine that wrote it.");
        }

        if (state.Document["encryption-keys"] is JsonArray { Count: > 0 } || state.Metadata.Properties.ContainsKey("encryption.key-id") || state.Current is { KeyId: not null })
            throw NotWritten(root, "encrypted files");
        FeatureGate.ThrowIfRefused(IcebergTable.FormatName, root.ToString(), state.Metadata.CurrentSchema.Features);
        if (state.Current is { ManifestList: null })
            throw NotWritten(root, "a snapshot without a manifest list, as version 1 has them; one commit of an engine that upgrades it gives it one");
        foreach (PartitionField field in state.Metadata.DefaultSpec.Fields.Where(field => field.Transform.Kind != TransformKind.Void))
        {
            if (state.Metadata.CurrentSchema.Column(field.SourceId) is not { } column || !PartitionTerms.Takes(field.Transform.Kind, column))
                throw NotWritten(root, $"a partition field '{field.Name}' by {field.Transform.Text} of {(field.SourceId == 0 ? "several columns" : $"the field {field.SourceId}, which is no column that it takes")}");
        }

        if (PathResolver.ForMetadata(store, root, state.Metadata.Location).IsMoved)
        {
            throw new TargetException("iceberg.table_moved",
                $"'{root}' says that it lies at '{state.Metadata.Location}'. New files would be looked for there: write the table at that place, or copy to a new one.");
        }
    }

    private static UnsupportedFeatureException NotWritten(Location root, string what) =>
        new("iceberg.not_written", $"'{root}' uses what is not written: {what}. Copy to another table.");
}
