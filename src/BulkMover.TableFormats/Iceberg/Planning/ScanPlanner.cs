using System.Runtime.CompilerServices;
using System.Threading.Channels;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.Core.Tables;
using BulkMover.Core.Types;
using BulkMover.FileFormats.Avro;
using BulkMover.TableFormats.Iceberg.Deletes;
using BulkMover.TableFormats.Iceberg.Manifests;
using BulkMover.TableFormats.Iceberg.Partitions;
using BulkMover.TableFormats.Iceberg.Paths;
using BulkMover.TableFormats.Iceberg.Schemas;

namespace BulkMover.TableFormats.Iceberg.Planning;

/// <summary>
/// Streams the scan tasks of a snapshot in the order of its manifests. Some manifests are read ahead side by side; each may run ahead by a
/// bounded number of files, so that memory does not grow with the table.
/// </summary>
/// <param name="store">Where the table lies.</param>
/// <param name="schema">The schema that is read, and behind it the columns that only tell deleted rows.</param>
/// <param name="pruner">Leaves out what the filter rules out.</param>
/// <param name="paths">Finds data files.</param>
/// <param name="deletes">The snapshot's deletes; null when it has none.</param>
internal sealed class ScanPlanner(IObjectStore store, IcebergSchema schema, ScanPruner pruner, PathResolver paths, DeletePlan? deletes)
{
    /// <summary>Manifests in flight: enough to hide an object store's round trips, few enough to cost some ten megabytes.</summary>
    private const int ManifestsAhead = 8;

    /// <summary>Files are handed over some at a time: waking up another thread costs more than decoding one.</summary>
    private const int FilesPerBatch = 64;

    /// <summary>One is worked on, one waits: more would only grow old in memory.</summary>
    private const int BatchesAheadPerManifest = 1;

    public async IAsyncEnumerable<ScanTask> PlanAsync(
        IAsyncEnumerable<OpenManifest> manifests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ahead = new Queue<ManifestReadAhead>();
        try
        {
            await foreach (OpenManifest manifest in manifests.WithCancellation(stopping.Token))
            {
                if (manifest.File.HasDeletes || !pruner.MightMatch(manifest.File, manifest.Spec))
                    continue;
                ahead.Enqueue(StartReading(manifest, stopping.Token));
                if (ahead.Count < ManifestsAhead)
                    continue;
                await foreach (ScanTask task in DrainAsync(ahead.Peek(), stopping.Token))
                    yield return task;
                await ahead.Dequeue().Reading;
            }

            for (; ahead.Count > 0; await ahead.Dequeue().Reading)
            {
                await foreach (ScanTask task in DrainAsync(ahead.Peek(), stopping.Token))
                    yield return task;
            }
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(ahead.Select(manifest => manifest.Reading));
        }
    }

    private ManifestReadAhead StartReading(OpenManifest manifest, CancellationToken cancellationToken)
    {
        var files = Channel.CreateBounded<IReadOnlyList<DataFile>>(
            new BoundedChannelOptions(BatchesAheadPerManifest) { SingleReader = true, SingleWriter = true });
        Task reading = Task.Run(() => ReadAsync(manifest, files.Writer, cancellationToken), CancellationToken.None);
        return new ManifestReadAhead(manifest, files.Reader, reading);
    }

    /// <summary>Never fails itself: the error goes to whoever drains the channel.</summary>
    private async Task ReadAsync(OpenManifest manifest, ChannelWriter<IReadOnlyList<DataFile>> files, CancellationToken cancellationToken)
    {
        try
        {
            await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
            var reader = new ManifestReader(
                file, manifest.File, new PartitionReader(manifest.Spec, schema), new MetricsReader(pruner.MetricColumns),
                deletes is null ? null : new PartitionKeyReader(manifest.Spec));
            var batch = new List<DataFile>(FilesPerBatch);
            await foreach (DataFile found in reader.ReadAsync(cancellationToken))
            {
                if (!pruner.MightMatch(found, manifest.Spec))
                    continue;
                batch.Add(found);
                if (batch.Count < FilesPerBatch)
                    continue;
                await files.WriteAsync(batch, cancellationToken);
                batch = new List<DataFile>(FilesPerBatch);
            }

            if (batch.Count > 0)
                await files.WriteAsync(batch, cancellationToken);
            files.Complete();
        }
        catch (Exception error)
        {
            files.Complete(error);
        }
    }

    private async IAsyncEnumerable<ScanTask> DrainAsync(ManifestReadAhead manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<Scalar?>? partition = null;
        IReadOnlyDictionary<string, Scalar> constants = ScanTask.NoConstants;
        await foreach (IReadOnlyList<DataFile> batch in manifest.Files.ReadAllAsync(cancellationToken))
        {
            foreach (DataFile file in batch)
            {
                RefuseUnread(file);
                // Made once for neighbours of one partition, which have the same list of values.
                if (!ReferenceEquals(file.Partition, partition))
                    constants = Constants(partition = file.Partition, manifest.Manifest.Spec);
                Location location = await paths.ResolveAsync(file.Path, cancellationToken);
                yield return new ScanTask(location, file.Bytes, file.Rows, constants, ConstantsWin: false)
                {
                    Deletes = deletes is null ? null : await deletes.OfAsync(file, cancellationToken),
                };
            }
        }
    }

    private static void RefuseUnread(DataFile file)
    {
        if (file.Content != FileContent.Data)
            throw new CorruptTableException("iceberg.manifest_invalid", $"A manifest of data files lists '{file.Path}', which holds {file.Content}.");
        if (file.Format != "parquet")
            FeatureGate.ThrowIfRefused("iceberg", file.Path, [TableFeatures.OfFiles(file.Format, "data files")]);
    }

    /// <summary>Partition values fill columns that the file lacks ("Column Projection"); only identity keeps a column's value.</summary>
    private IReadOnlyDictionary<string, Scalar> Constants(IReadOnlyList<Scalar?> partition, PartitionSpec spec)
    {
        Dictionary<string, Scalar>? constants = null;
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(partition))
        {
            if (field.Transform.Kind == TransformKind.Identity && value is not null && schema.Column(field.SourceId) is { } column)
                (constants ??= new(StringComparer.Ordinal))[column.Name] = value;
        }

        return constants ?? ScanTask.NoConstants;
    }

    private sealed record ManifestReadAhead(OpenManifest Manifest, ChannelReader<IReadOnlyList<DataFile>> Files, Task Reading);
}
