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
            IAsyncEnumerable<StateAction> actions = IsJson(file)
                ? JsonLines.ReadAsync(store, file, ActionJson.Default.StateAction, cancellationToken)
                : ReadParquetAsync(store, file, ["protocol", "metaData"], batch => StatesOf(batch, file.Location), cancellationToken);
            await foreach (StateAction action in actions)
                yield return action;
        }
    }

    /// <param name="store">Where the table lies.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="statistics">Top-level columns whose statistics are wanted, where the checkpoint holds them as a struct only.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public static async IAsyncEnumerable<AddFile> ReadFilesAsync(
        IObjectStore store, LogCheckpoint checkpoint, IReadOnlyList<Field> statistics,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sidecars = new List<StoredObject>();
        foreach (StoredObject file in checkpoint.Files)
        {
            await foreach (FileAction action in ReadFileActionsAsync(store, file, statistics, cancellationToken))
            {
                if (action.Add is { } add)
                    yield return add;
                if (action.Sidecar is { } sidecar)
                    sidecars.Add(Locate(sidecar, file.Location));
            }
        }

        foreach (StoredObject sidecar in sidecars)
        {
            await foreach (FileAction action in ReadFileActionsAsync(store, sidecar, statistics, cancellationToken))
            {
                if (action.Add is { } add)
                    yield return add;
            }
        }
    }

    private static IAsyncEnumerable<FileAction> ReadFileActionsAsync(
        IObjectStore store, StoredObject file, IReadOnlyList<Field> statistics, CancellationToken cancellationToken) =>
        IsJson(file)
            ? JsonLines.ReadAsync(store, file, ActionJson.Default.FileAction, cancellationToken)
            : ReadParquetAsync(store, file, ["add", "sidecar"], batch => FilesOf(batch, file.Location, statistics), cancellationToken);

    private static async IAsyncEnumerable<T> ReadParquetAsync<T>(
        IObjectStore store, StoredObject file, string[] columns, Func<RecordBatch, IEnumerable<T>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (RecordBatch batch in ParquetBatches.ReadAsync(store, file.Location, file.Bytes, columns, cancellationToken))
        {
            using (batch)
            {
                foreach (T action in read(batch))
                    yield return action;
            }
        }
    }

    private static IEnumerable<StateAction> StatesOf(RecordBatch batch, Location file)
    {
        StructColumn protocol = StructColumn.Of(batch, "protocol", file), metadata = StructColumn.Of(batch, "metaData", file);
        StructColumn format = metadata.Struct("format");
        for (int row = 0; row < batch.Length; row++)
        {
            if (!protocol.IsNull(row))
            {
                yield return new StateAction
                {
                    Protocol = new TableProtocol
                    {
                        MinReaderVersion = protocol.Number("minReaderVersion", row),
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
                        Format = new TableMetadata.FileFormat(format.Text("provider", row)),
                        SchemaString = metadata.Text("schemaString", row),
                        PartitionColumns = metadata.Texts("partitionColumns", row),
                        Configuration = metadata.Map("configuration", row),
                    },
                };
            }
        }
    }

    private static IEnumerable<FileAction> FilesOf(RecordBatch batch, Location file, IReadOnlyList<Field> statistics)
    {
        StructColumn add = StructColumn.Of(batch, "add", file), sidecar = StructColumn.Of(batch, "sidecar", file);
        StructColumn vector = add.Struct("deletionVector");
        var parsed = new StatisticsStruct(add.Struct("stats_parsed"), statistics);
        for (int row = 0; row < batch.Length; row++)
        {
            if (!add.IsNull(row))
            {
                yield return new FileAction
                {
                    Add = new AddFile
                    {
                        Path = add.Text("path", row),
                        PartitionValues = add.Map("partitionValues", row),
                        Size = add.Number("size", row),
                        BaseRowId = add.Number("baseRowId", row),
                        DefaultRowCommitVersion = add.Number("defaultRowCommitVersion", row),
                        StatsParsed = add.TryUtf8("stats", row, out ReadOnlySpan<byte> stats) ? StatisticsJson.Parse(stats, statistics) : parsed.At(row),
                        DeletionVector = vector.IsNull(row)
                            ? null
                            : new DeletionVector(
                                vector.Text("storageType", row) ?? "", vector.Text("pathOrInlineDv", row) ?? "", vector.Number("offset", row),
                                vector.Number("sizeInBytes", row), vector.Number("cardinality", row)),
                    },
                };
            }

            if (!sidecar.IsNull(row))
            {
                var found = new Sidecar { Path = sidecar.Text("path", row), SizeInBytes = sidecar.Number("sizeInBytes", row) };
                yield return new FileAction { Sidecar = found };
            }
        }
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
