using System.Runtime.CompilerServices;
using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Statistics;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// Reads a checkpoint of any kind: Parquet or JSON, one file or parts, with the files' actions inside or in sidecars (PROTOCOL.md,
/// "Checkpoint Specs"). Its tombstones are for VACUUM only and not read.
/// </summary>
internal static class CheckpointReader
{
    public static async IAsyncEnumerable<StateAction> ReadStateAsync(
        IObjectStore store, LogCheckpoint checkpoint, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredObject file in checkpoint.Files)
        {
            if (IsJson(file))
            {
                await foreach (StateAction action in JsonLines.ReadAsync(store, file, ActionJson.Default.StateAction, cancellationToken))
                    yield return action;
                continue;
            }

            await foreach (RecordBatch batch in ParquetBatches.ReadAsync(store, file.Location, file.Bytes, ["protocol", "metaData"], cancellationToken))
            {
                using (batch)
                {
                    foreach (StateAction action in StatesOf(batch, file.Location))
                        yield return action;
                }
            }
        }
    }

    /// <summary>The files in the order of the checkpoint, batch by batch. Those of a batch are there until the next is asked for.</summary>
    /// <param name="store">Where the table lies.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="statistics">Top-level columns whose statistics are wanted; null for the text of all, and none where the checkpoint holds them as a struct only.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<IEnumerable<AddFile>> ReadFilesAsync(
        IObjectStore store, LogCheckpoint checkpoint, IReadOnlyList<Field>? statistics,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var partitions = new SharedPartitions();
        var sidecars = new List<StoredObject>();
        foreach (StoredObject file in checkpoint.Files)
        {
            await foreach (CheckpointFiles files in ReadFilesAsync(store, file, statistics, partitions, cancellationToken))
            {
                sidecars.AddRange(files.Sidecars.Select(sidecar => Locate(sidecar, file.Location)));
                yield return files.Adds;
            }
        }

        foreach (StoredObject sidecar in sidecars)
        {
            await foreach (CheckpointFiles files in ReadFilesAsync(store, sidecar, statistics, partitions, cancellationToken))
                yield return files.Adds;
        }
    }

    /// <summary>What only writers need. The tombstones of sidecars are not among it.</summary>
    public static async IAsyncEnumerable<WriterAction> ReadWriterActionsAsync(
        IObjectStore store, LogCheckpoint checkpoint, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (StoredObject file in checkpoint.Files)
        {
            if (IsJson(file))
            {
                await foreach (WriterAction action in JsonLines.ReadAsync(store, file, ActionJson.Default.WriterAction, cancellationToken))
                    yield return action;
                continue;
            }

            await foreach (RecordBatch batch in ParquetBatches.ReadAsync(store, file.Location, file.Bytes, ["txn", "domainMetadata", "remove"], cancellationToken))
            {
                using (batch)
                {
                    foreach (WriterAction action in WriterActions.Of(batch, file.Location))
                        yield return action;
                }
            }
        }
    }

    private static async IAsyncEnumerable<CheckpointFiles> ReadFilesAsync(
        IObjectStore store, StoredObject file, IReadOnlyList<Field>? statistics, SharedPartitions partitions,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (IsJson(file))
        {
            await foreach (FileAction action in JsonLines.ReadAsync(store, file, ActionJson.Default.FileAction, cancellationToken))
                yield return new CheckpointFiles(action.Add is { } add ? [add] : [], action.Sidecar is { } sidecar ? [sidecar] : []);
            yield break;
        }

        await foreach (RecordBatch batch in ParquetBatches.ReadAsync(store, file.Location, file.Bytes, ["add", "sidecar"], cancellationToken))
        {
            using (batch)
                yield return new CheckpointFiles(AddsOf(batch, file.Location, statistics, partitions), SidecarsOf(batch, file.Location));
        }
    }

    private static IEnumerable<StateAction> StatesOf(RecordBatch batch, Location file)
    {
        StructColumn protocol = StructColumn.Of(batch, "protocol", file), metadata = StructColumn.Of(batch, "metaData", file);
        NumberColumn minReaderVersion = protocol.Number("minReaderVersion"), minWriterVersion = protocol.Number("minWriterVersion");
        NumberColumn createdTime = metadata.Number("createdTime");
        TextColumn id = metadata.Text("id"), name = metadata.Text("name"), description = metadata.Text("description");
        StructColumn format = metadata.Struct("format");
        TextColumn provider = format.Text("provider"), schemaString = metadata.Text("schemaString");
        TextMapColumn options = format.Map("options"), configuration = metadata.Map("configuration");
        for (int row = 0; row < batch.Length; row++)
        {
            if (!protocol.IsNull(row))
            {
                yield return new StateAction
                {
                    Protocol = new TableProtocol
                    {
                        MinReaderVersion = minReaderVersion.At(row),
                        MinWriterVersion = minWriterVersion.At(row),
                        ReaderFeatures = protocol.Texts("readerFeatures", row),
                        WriterFeatures = protocol.Texts("writerFeatures", row),
                    },
                };
            }

            if (!metadata.IsNull(row))
            {
                yield return new StateAction
                {
                    MetaData = new TableMetadata
                    {
                        Id = id.At(row),
                        Name = name.At(row),
                        Description = description.At(row),
                        Format = new TableMetadata.FileFormat(provider.At(row), options.Copy(row)),
                        SchemaString = schemaString.At(row),
                        PartitionColumns = metadata.Texts("partitionColumns", row),
                        Configuration = configuration.Copy(row),
                        CreatedTime = createdTime.At(row),
                    },
                };
            }
        }
    }

    private static IEnumerable<AddFile> AddsOf(RecordBatch batch, Location file, IReadOnlyList<Field>? statistics, SharedPartitions partitions)
    {
        StructColumn add = StructColumn.Of(batch, "add", file);
        TextColumn path = add.Text("path"), stats = add.Text("stats");
        TextMapColumn partitionValues = add.Map("partitionValues"), tags = add.Map("tags");
        NumberColumn size = add.Number("size"), modificationTime = add.Number("modificationTime"), baseRowId = add.Number("baseRowId"), rowCommitVersion = add.Number("defaultRowCommitVersion");
        var statsParsed = new StatisticsStruct(add.Struct("stats_parsed"), statistics ?? []);
        var vector = new VectorColumn(add.Struct("deletionVector"));
        for (int row = 0; row < batch.Length; row++)
        {
            if (add.IsNull(row))
                continue;
            yield return new AddFile
            {
                Path = path.At(row),
                PartitionValues = partitions.At(partitionValues, row),
                Size = size.At(row),
                ModificationTime = modificationTime.At(row),
                Tags = tags.Copy(row),
                BaseRowId = baseRowId.At(row),
                DefaultRowCommitVersion = rowCommitVersion.At(row),
                Stats = statistics is null && stats.TryUtf8(row, out ReadOnlySpan<byte> whole) ? whole.ToArray() : null,
                StatsParsed = statistics is null ? null : stats.TryUtf8(row, out ReadOnlySpan<byte> text) ? StatisticsJson.Parse(text, statistics) : statsParsed.At(row),
                DeletionVector = vector.At(row),
            };
        }
    }

    private static List<Sidecar> SidecarsOf(RecordBatch batch, Location file)
    {
        StructColumn sidecar = StructColumn.Of(batch, "sidecar", file);
        TextColumn path = sidecar.Text("path");
        NumberColumn sizeInBytes = sidecar.Number("sizeInBytes");
        return [.. Enumerable.Range(0, batch.Length).Where(row => !sidecar.IsNull(row))
            .Select(row => new Sidecar { Path = path.At(row), SizeInBytes = sizeInBytes.At(row) })];
    }

    private static StoredObject Locate(Sidecar sidecar, Location checkpoint)
    {
        // "Sidecar files must always reside in the table's own _delta_log/_sidecars directory": the name tells all, wherever the table lies now.
        Location sidecars = checkpoint.Parent.Combine("_sidecars");
        Location file = sidecars.Combine(DeltaPath.Resolve(sidecars, sidecar.Path).Name);
        return sidecar.SizeInBytes is >= 0 and { } bytes
            ? new StoredObject(file, bytes)
            : throw new CorruptTableException("delta.checkpoint_broken",
                $"Checkpoint '{checkpoint}' names sidecar '{file}' without its size. Delete the checkpoint if all commits are still there.");
    }

    private static bool IsJson(StoredObject file) => file.Location.Name.EndsWith(".json", StringComparison.Ordinal);
}
