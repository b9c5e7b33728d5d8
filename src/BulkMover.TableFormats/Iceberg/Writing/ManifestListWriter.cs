using System.Globalization;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Writes the manifests of a snapshot (Iceberg spec, "Manifest Lists").</summary>
internal sealed class ManifestListWriter : IAsyncDisposable
{
    private readonly AvroFileWriter file;

    private ManifestListWriter(AvroFileWriter file, long? firstRowId) => (this.file, NextRowId) = (file, firstRowId);

    /// <summary>Higher than all row ids that are assigned so far; null in versions without.</summary>
    public long? NextRowId { get; private set; }

    /// <param name="store">Where the table lies.</param>
    /// <param name="location">Of the list.</param>
    /// <param name="snapshotId">The snapshot.</param>
    /// <param name="parentId">The one before; null for none.</param>
    /// <param name="sequenceNumber">Its sequence number.</param>
    /// <param name="firstRowId">Its first row id, from which on data files without ids get theirs; null in versions without.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public static async Task<ManifestListWriter> CreateAsync(
        IWritableStore store, Location location, long snapshotId, long? parentId, long sequenceNumber, long? firstRowId, CancellationToken cancellationToken)
    {
        IObjectWriter output = await store.CreateAsync(location, knownBytes: null, cancellationToken);
        KeyValuePair<string, string>[] ofRowIds = firstRowId is { } first ? [new("first-row-id", Text(first))] : [];
        // The reference implementation's; the specification asks for none.
        KeyValuePair<string, string>[] properties =
        [
            new("snapshot-id", Text(snapshotId)), new("parent-snapshot-id", parentId is { } parent ? Text(parent) : "null"),
            new("sequence-number", Text(sequenceNumber)), .. ofRowIds,
            new("format-version", Text(firstRowId is null ? FormatVersions.OfNewTables : FormatVersions.WithRowIds)),
        ];
        string schema = ManifestSchemas.ManifestList(hasRowIds: firstRowId is not null);
        return new ManifestListWriter(await AvroFileWriter.CreateAsync(output, schema, properties, cancellationToken), firstRowId);
    }

    /// <param name="manifest">With all counts.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public ValueTask WriteAsync(ManifestFile manifest, CancellationToken cancellationToken)
    {
        AvroEncoder record = file.Record;
        ManifestCounts counts = manifest.Counts!.Value;
        record.WriteString(manifest.Path);
        record.WriteLong(manifest.Length!.Value);
        record.WriteLong(manifest.SpecId!.Value);
        record.WriteLong(manifest.HasDeletes ? 1 : 0);
        record.WriteLong(manifest.SequenceNumber);
        record.WriteLong(manifest.MinSequenceNumber);
        record.WriteLong(manifest.AddedSnapshotId!.Value);
        record.WriteLong(counts.AddedFiles);
        record.WriteLong(counts.ExistingFiles);
        record.WriteLong(counts.DeletedFiles);
        record.WriteLong(counts.AddedRows);
        record.WriteLong(counts.ExistingRows);
        record.WriteLong(counts.DeletedRows);
        WriteSummaries(record, manifest.Partitions);
        record.WriteOptional(manifest.KeyMetadata);
        if (NextRowId is not null)
            record.WriteOptional(manifest.HasDeletes ? null : manifest.FirstRowId ?? Assign(counts));
        return file.EndRecordAsync(cancellationToken);
    }

    public Task CompleteAsync(CancellationToken cancellationToken) => file.CompleteAsync(cancellationToken);

    public ValueTask DisposeAsync() => file.DisposeAsync();

    /// <summary>"First Row ID Assignment": added and existing rows, for existing files without ids are those of a table that was upgraded.</summary>
    private long? Assign(ManifestCounts counts)
    {
        long? first = NextRowId;
        NextRowId = checked(first + counts.AddedRows + counts.ExistingRows);
        return first;
    }

    private static void WriteSummaries(AvroEncoder record, IReadOnlyList<FieldSummary> summaries)
    {
        record.WriteSome();
        if (summaries.Count > 0)
            record.WriteLong(summaries.Count);
        foreach (FieldSummary summary in summaries)
        {
            record.WriteBoolean(summary.ContainsNull);
            if (summary.ContainsNaN is { } hasNaN)
            {
                record.WriteSome();
                record.WriteBoolean(hasNaN);
            }
            else
            {
                record.WriteNull();
            }

            record.WriteOptional(summary.LowerBound);
            record.WriteOptional(summary.UpperBound);
        }

        record.WriteLong(0);
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
