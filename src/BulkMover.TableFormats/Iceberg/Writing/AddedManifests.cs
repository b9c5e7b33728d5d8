using BulkMover.Core.Stores;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Metadata;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>The files of one kind, data or deletes, that a commit adds, and the manifests that name them.</summary>
/// <param name="Manifests">Without a sequence number: each attempt to commit gives them its own.</param>
/// <param name="Files">Number of the files.</param>
/// <param name="Rows">In them.</param>
/// <param name="Bytes">Of them; of deletion vectors without what their files have around them, as readers of summaries know it from other writers.</param>
/// <param name="LackIds">Some of them have columns without field ids.</param>
internal sealed record AddedFiles(IReadOnlyList<ManifestFile> Manifests, long Files, long Rows, long Bytes, bool LackIds)
{
    public static AddedFiles None { get; } = new([], 0, 0, 0, LackIds: false);
}

/// <summary>Writes the manifests of added files of one kind while those stream by; written once, they do for all attempts to commit. For one commit.</summary>
/// <param name="store">Where the table lies.</param>
/// <param name="root">Its directory.</param>
/// <param name="layout">How they are written.</param>
/// <param name="isOfDeletes">They name the deletes of the files, and not the files themselves.</param>
/// <param name="targetBytes">A manifest that has so many bytes is followed by another one.</param>
internal sealed class AddedManifests(IWritableStore store, Location root, ManifestLayout layout, bool isOfDeletes, long targetBytes)
{
    private readonly List<ManifestFile> manifests = [];
    private long fileCount, rowCount, byteCount;
    private bool lackIds;

    /// <param name="files">All of them; where it is of deletes, all that have such.</param>
    /// <param name="name">How the manifests' names begin; no others in the directory do.</param>
    /// <param name="snapshotId">The snapshot that adds them.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    public async Task<AddedFiles> WriteAsync(IAsyncEnumerable<WrittenFile> files, string name, long snapshotId, CancellationToken cancellationToken)
    {
        await using IAsyncEnumerator<WrittenFile> source = files.GetAsyncEnumerator(cancellationToken);
        for (bool hasMore = await source.MoveNextAsync(); hasMore;)
            hasMore = await WriteOneAsync(source, $"{MetadataFile.DirectoryName}/{name}-m{manifests.Count}.avro", snapshotId, cancellationToken);
        return new AddedFiles(manifests, fileCount, rowCount, byteCount, lackIds);
    }

    /// <returns>True when there are files for another manifest; the source stands at the first of them.</returns>
    private async Task<bool> WriteOneAsync(IAsyncEnumerator<WrittenFile> source, string below, long snapshotId, CancellationToken cancellationToken)
    {
        IObjectWriter output = await store.CreateAsync(root.Combine(below), knownBytes: null, cancellationToken);
        KeyValuePair<string, string>[] properties = [.. layout.Properties, new("content", isOfDeletes ? "deletes" : "data")];
        await using AvroFileWriter writer = await AvroFileWriter.CreateAsync(output, layout.AvroSchema, properties, cancellationToken);
        var entry = new AddedEntry(layout, writer.Record);
        PartitionSummary[] summaries = [.. layout.Values.Select(_ => new PartitionSummary())];
        bool hasMore;
        (int files, long rows) = (0, 0);
        do
        {
            WrittenFile file = source.Current;
            if (isOfDeletes)
                entry.WriteDeletes(file, snapshotId);
            else
                entry.Write(file, snapshotId);
            await writer.EndRecordAsync(cancellationToken);
            for (int field = 0; field < summaries.Length; field++)
                summaries[field].Add(layout.Values[field].Place is >= 0 and var place ? file.Partition[place] : null);
            files++;
            rows += isOfDeletes ? file.Deletes!.Rows : file.Rows;
            byteCount += isOfDeletes ? file.Deletes!.VectorBytes ?? file.Deletes.Bytes : file.Bytes;
            lackIds |= file.Columns.Any(column => column.FieldId is null);
            hasMore = await source.MoveNextAsync();
        }
        while (hasMore && writer.Length < targetBytes);

        await writer.CompleteAsync(cancellationToken);
        (fileCount, rowCount) = (fileCount + files, rowCount + rows);
        manifests.Add(new ManifestFile
        {
            Path = layout.PathOf(below),
            Length = writer.Length,
            SpecId = layout.Spec.Id,
            HasDeletes = isOfDeletes,
            AddedSnapshotId = snapshotId,
            Counts = new ManifestCounts(files, 0, 0, rows, 0, 0),
            Partitions = [.. summaries.Select((summary, field) => summary.Build(layout.Values[field].Type))],
        });
        return hasMore;
    }
}
