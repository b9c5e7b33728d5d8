using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
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

/// <summary>Streams the scan tasks of a snapshot in the order of its manifests.</summary>
/// <param name="store">Where the table lies.</param>
/// <param name="schema">The schema that is read, and behind it the columns that only tell deleted rows.</param>
/// <param name="pruner">Leaves out what the filter rules out.</param>
/// <param name="paths">Finds data files.</param>
/// <param name="deletes">The snapshot's deletes; null when it has none.</param>
internal sealed class ScanPlanner(IObjectStore store, IcebergSchema schema, ScanPruner pruner, PathResolver paths, DeletePlan? deletes)
{
    public async IAsyncEnumerable<ScanTask> PlanAsync(
        IAsyncEnumerable<OpenManifest> manifests, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ahead = new ManifestsAhead(store, manifest => !manifest.File.HasDeletes && pruner.MightMatch(manifest.File, manifest.Spec), Open, pruner.MightMatch);
        IReadOnlyList<Scalar?>? partition = null;
        IReadOnlyDictionary<string, Scalar> constants = ScanTask.NoConstants;
        IReadOnlyDictionary<int, Scalar> memberConstants = ReadOnlyDictionary<int, Scalar>.Empty;
        IReadOnlyList<TransformedValue> transformed = [];
        await foreach ((OpenManifest manifest, IReadOnlyList<DataFile> files) in ahead.ReadAsync(manifests, cancellationToken))
        {
            foreach (DataFile file in files)
            {
                FileFormat format = FormatOf(file);
                // Made once for neighbours of one partition, which have the same list of values.
                if (!ReferenceEquals(file.Partition, partition))
                {
                    partition = file.Partition;
                    (constants, memberConstants) = (Constants(partition, manifest.Spec), MemberConstants(partition, manifest.Spec));
                    transformed = Transformed(partition, manifest.Spec);
                }

                Location location = await paths.ResolveAsync(file.Path, cancellationToken);
                yield return new ScanTask(location, file.Bytes, file.Rows, constants, ConstantsWin: false)
                {
                    Format = format,
                    MemberConstants = memberConstants,
                    Transformed = transformed,
                    FirstRowId = file.FirstRowId,
                    LastChange = file.SequenceNumber,
                    Deletes = deletes is null ? null : await deletes.OfAsync(file, cancellationToken),
                };
            }
        }
    }

    private ManifestReader Open(OpenManifest manifest, AvroFileReader file) => new(
        file, manifest.File, new PartitionReader(manifest.Spec, schema), new MetricsReader(pruner.MetricColumns),
        deletes is null ? null : new PartitionKeyReader(manifest.Spec));

    private static FileFormat FormatOf(DataFile file)
    {
        if (file.Content != FileContent.Data)
            throw new CorruptTableException("iceberg.manifest_invalid", $"A manifest of data files lists '{file.Path}', which holds {file.Content}.");
        if (file.ReadableFormat is null)
            FeatureGate.ThrowIfRefused("iceberg", file.Path, [TableFeatures.OfFiles(file.Format, "data files")]);
        return file.ReadableFormat!.Value;
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

    /// <summary>As <see cref="Constants"/>, of fields inside of structs.</summary>
    private IReadOnlyDictionary<int, Scalar> MemberConstants(IReadOnlyList<Scalar?> partition, PartitionSpec spec)
    {
        Dictionary<int, Scalar>? constants = null;
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(partition))
        {
            if (field.Transform.Kind == TransformKind.Identity && value is not null && schema.Column(field.SourceId) is null)
                (constants ??= [])[field.SourceId] = value;
        }

        return constants ?? (IReadOnlyDictionary<int, Scalar>)ReadOnlyDictionary<int, Scalar>.Empty;
    }

    /// <summary>What the other transforms have made; of void nothing is known, and of columns inside of structs nobody asks.</summary>
    private IReadOnlyList<TransformedValue> Transformed(IReadOnlyList<Scalar?> partition, PartitionSpec spec)
    {
        List<TransformedValue>? values = null;
        foreach ((PartitionField field, Scalar? value) in spec.Fields.Zip(partition))
        {
            if (field.Transform.Kind != TransformKind.Identity && value is not null && schema.Column(field.SourceId) is { } column)
                (values ??= []).Add(new TransformedValue(column.Name, field.Transform.Text, value));
        }

        return values ?? (IReadOnlyList<TransformedValue>)[];
    }
}
