using System.Collections.ObjectModel;
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

    private const int FilesAheadPerManifest = 512;

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
        var files = Channel.CreateBounded<DataFile>(
            new BoundedChannelOptions(FilesAheadPerManifest) { SingleReader = true, SingleWriter = true });
        Task reading = Task.Run(() => ReadAsync(manifest, files.Writer, cancellationToken), CancellationToken.None);
        return new ManifestReadAhead(manifest, files.Reader, reading);
    }

    /// <summary>Never fails itself: the error goes to whoever drains the channel.</summary>
    private async Task ReadAsync(OpenManifest manifest, ChannelWriter<DataFile> files, CancellationToken cancellationToken)
    {
        try
        {
            await using AvroFileReader file = await AvroFileReader.OpenAsync(store, manifest.Location, manifest.File.Length, cancellationToken);
            var reader = new ManifestReader(
                file, manifest.File, new PartitionReader(manifest.Spec, schema), new MetricsReader(pruner.MetricColumns),
                deletes is null ? null : new PartitionKeyReader(manifest.Spec));
            await foreach (DataFile found in reader.ReadAsync(cancellationToken))
            {
                if (pruner.MightMatch(found, manifest.Spec))
                    await files.WriteAsync(found, cancellationToken);
            }

            files.Complete();
        }
        catch (Exception error)
        {
            files.Complete(error);
        }
    }

    private async IAsyncEnumerable<ScanTask> DrainAsync(ManifestReadAhead manifest, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (DataFile file in manifest.Files.ReadAllAsync(cancellationToken))
        {
            RefuseUnread(file);
            Location location = await paths.ResolveAsync(file.Path, cancellationToken);
            yield return new ScanTask(location, file.Bytes, file.Rows, Constants(file, manifest.Manifest.Spec), ConstantsWin: false)
            {
                MemberConstants = MemberConstants(file, manifest.Manifest.Spec),
                FirstRowId = file.FirstRowId,
                LastChange = file.SequenceNumber,
                Deletes = deletes is null ? null : await deletes.OfAsync(file, cancellationToken),
            };
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
    private IReadOnlyDictionary<string, Scalar> Constants(DataFile file, PartitionSpec spec)
    {
        Dictionary<string, Scalar>? constants = null;
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(file.Partition))
        {
            if (field.Transform.Kind == TransformKind.Identity && value is not null && schema.Column(field.SourceId) is { } column)
                (constants ??= new(StringComparer.Ordinal))[column.Name] = value;
        }

        return constants ?? ScanTask.NoConstants;
    }

    /// <summary>As <see cref="Constants"/>, of fields inside of structs.</summary>
    private IReadOnlyDictionary<int, Scalar> MemberConstants(DataFile file, PartitionSpec spec)
    {
        Dictionary<int, Scalar>? constants = null;
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(file.Partition))
        {
            if (field.Transform.Kind == TransformKind.Identity && value is not null && schema.Column(field.SourceId) is null)
                (constants ??= [])[field.SourceId] = value;
        }

        return constants ?? (IReadOnlyDictionary<int, Scalar>)ReadOnlyDictionary<int, Scalar>.Empty;
    }

    private sealed record ManifestReadAhead(OpenManifest Manifest, ChannelReader<DataFile> Files, Task Reading);
}
