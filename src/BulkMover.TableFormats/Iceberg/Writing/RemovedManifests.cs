using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>
/// Writes manifests again with all their live files marked as deleted (Iceberg spec, "Manifest Entry Fields": status 2, the snapshot that
/// deletes, sequence numbers and row ids as they were), so that whoever follows the table's changes sees what a replacement took away.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="root">Its directory.</param>
/// <param name="address">The same, as metadata writes it.</param>
/// <param name="formatVersion">The table's.</param>
internal sealed class RemovedManifests(IWritableStore store, Location root, string address, int formatVersion)
{
    private const int Deleted = 2;

    /// <summary>What the header of a manifest tells of the table: it goes for the same files as before.</summary>
    private static readonly string[] KeptProperties = ["schema", "schema-id", "partition-spec", "partition-spec-id", "content"];

    /// <summary>As deep as schemas are read.</summary>
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 512 };

    /// <param name="manifest">The manifest.</param>
    /// <param name="below">Where the new one goes, below the table's directory.</param>
    /// <param name="snapshotId">The snapshot that takes the files away.</param>
    /// <param name="counts">Counts them.</param>
    /// <param name="cancellationToken">Stops the requests.</param>
    /// <returns>The new one, without a sequence number; null when no file was live.</returns>
    public async Task<ManifestFile?> WriteAsync(OpenManifest manifest, string below, long snapshotId, SnapshotCounts counts, CancellationToken cancellationToken)
    {
        await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
        AvroFileWriter? writer = null;
        try
        {
            (int files, long rows) = (0, 0);
            bool hasRowIds = formatVersion >= FormatVersions.WithRowIds && !manifest.File.HasDeletes;
            await foreach (ManifestEntry entry in ManifestEntries.ReadAsync(file, manifest.File, cancellationToken))
            {
                if (entry.IsDeleted)
                    continue;
                writer ??= await CreateAsync(file, hasRowIds, root.Combine(below), cancellationToken);
                Encode(entry, snapshotId, hasRowIds, writer.Record);
                await writer.EndRecordAsync(cancellationToken);
                counts.Remove(entry);
                (files, rows) = (files + 1, rows + entry.Rows);
            }

            if (writer is null)
                return null;
            await writer.CompleteAsync(cancellationToken);
            return manifest.File with
            {
                Path = $"{address}/{below}",
                Length = writer.Length,
                SpecId = manifest.Spec.Id,
                AddedSnapshotId = snapshotId,
                Counts = new ManifestCounts(0, 0, files, 0, 0, rows),
                FirstRowId = null,
                KeyMetadata = null,
            };
        }
        finally
        {
            if (writer is not null)
                await writer.DisposeAsync();
        }
    }

    private static void Encode(ManifestEntry entry, long snapshotId, bool hasRowIds, AvroEncoder record)
    {
        record.WriteLong(Deleted);
        record.WriteOptional(snapshotId);
        record.WriteOptional(entry.SequenceNumber);
        record.WriteOptional(entry.FileSequenceNumber);
        ReadOnlySpan<byte> file = entry.File.Span;
        if (!hasRowIds)
        {
            record.WriteRaw(file);
            return;
        }

        // "The inherited value of first_row_id must be written into data file metadata when creating existing and deleted entries."
        record.WriteRaw(file[..entry.RowIdPlace.Start.Value]);
        record.WriteOptional(entry.FirstRowId);
        record.WriteRaw(file[entry.RowIdPlace.End.GetOffset(file.Length)..]);
    }

    private async Task<AvroFileWriter> CreateAsync(AvroFileReader file, bool hasRowIds, Location location, CancellationToken cancellationToken)
    {
        IEnumerable<KeyValuePair<string, string>> properties = KeptProperties
            .Select(name => KeyValuePair.Create(name, file.Property(name)!)).Where(property => property.Value is not null)
            .Append(new("format-version", formatVersion.ToString(CultureInfo.InvariantCulture)));
        IObjectWriter output = await store.CreateAsync(location, knownBytes: null, cancellationToken);
        return await AvroFileWriter.CreateAsync(output, ManifestSchemas.Removed(FileType(file, hasRowIds)), properties, cancellationToken);
    }

    /// <summary>The type of <c>data_file</c> as its writer wrote it, but for the row id, which files of earlier versions lack.</summary>
    private static JsonNode FileType(AvroFileReader file, bool hasRowIds)
    {
        JsonArray fields = JsonNode.Parse(file.Property("avro.schema")!, nodeOptions: null, Json)?["fields"] as JsonArray ?? [];
        int place = Array.FindIndex(file.Schema.Fields, field => field.IdInManifest() == 2);
        if (place < 0 || place >= fields.Count || fields[place]?["type"] is not { } type)
            throw Unclear(file);
        if (!hasRowIds)
            return type;
        // A union has the record among its branches.
        JsonArray members = (type as JsonObject ?? (type as JsonArray)?.OfType<JsonObject>().FirstOrDefault())?["fields"] as JsonArray ?? throw Unclear(file);
        AvroType stored = file.Schema.Fields[place].Type;
        AvroType record = stored.Kind == AvroKind.Record ? stored : Array.Find(stored.Branches, branch => branch.Kind == AvroKind.Record) ?? throw Unclear(file);
        int rowId = Array.FindIndex(record.Fields, field => field.IdInManifest() == 142);
        if (rowId >= 0)
            members[rowId] = ManifestSchemas.FirstRowId();
        else
            members.Add((JsonNode)ManifestSchemas.FirstRowId());
        return type;
    }

    private static CorruptTableException Unclear(AvroFileReader file) => new("iceberg.manifest_invalid",
        string.Create(CultureInfo.InvariantCulture, $"Manifest '{file.Location}' does not say what a data file is. Rewrite the table's manifests."));
}
