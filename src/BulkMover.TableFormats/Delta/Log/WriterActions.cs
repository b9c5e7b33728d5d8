using Apache.Arrow;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Reads from a checkpoint's batch what only writers need.</summary>
internal static class WriterActions
{
    public static IEnumerable<WriterAction> Of(RecordBatch batch, Location file) =>
        TransactionsOf(batch, file).Concat(DomainsOf(batch, file)).Concat(TombstonesOf(batch, file));

    private static IEnumerable<WriterAction> TransactionsOf(RecordBatch batch, Location file)
    {
        StructColumn txn = StructColumn.Of(batch, "txn", file);
        TextColumn appId = txn.Text("appId");
        NumberColumn version = txn.Number("version"), lastUpdated = txn.Number("lastUpdated");
        return Rows(batch, txn).Select(row => new WriterAction { Txn = new(appId.At(row), version.At(row), lastUpdated.At(row)) });
    }

    private static IEnumerable<WriterAction> DomainsOf(RecordBatch batch, Location file)
    {
        StructColumn metadata = StructColumn.Of(batch, "domainMetadata", file);
        TextColumn domain = metadata.Text("domain"), configuration = metadata.Text("configuration");
        BooleanColumn removed = metadata.Boolean("removed");
        return Rows(batch, metadata).Select(row => new WriterAction { DomainMetadata = new(domain.At(row), configuration.At(row), removed.At(row)) });
    }

    private static IEnumerable<WriterAction> TombstonesOf(RecordBatch batch, Location file)
    {
        StructColumn remove = StructColumn.Of(batch, "remove", file);
        TextColumn path = remove.Text("path");
        NumberColumn deletionTimestamp = remove.Number("deletionTimestamp"), size = remove.Number("size");
        BooleanColumn dataChange = remove.Boolean("dataChange"), extended = remove.Boolean("extendedFileMetadata");
        TextMapColumn partitionValues = remove.Map("partitionValues"), tags = remove.Map("tags");
        var vector = new VectorColumn(remove.Struct("deletionVector"));
        return Rows(batch, remove).Select(row => new WriterAction
        {
            Remove = new Tombstone
            {
                Path = path.At(row),
                DeletionTimestamp = deletionTimestamp.At(row),
                DataChange = dataChange.At(row),
                ExtendedFileMetadata = extended.At(row),
                PartitionValues = partitionValues.Copy(row),
                Size = size.At(row),
                Tags = tags.Copy(row),
                DeletionVector = vector.At(row),
            },
        });
    }

    private static IEnumerable<int> Rows(RecordBatch batch, StructColumn column) => Enumerable.Range(0, batch.Length).Where(row => !column.IsNull(row));
}
