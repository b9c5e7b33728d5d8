using Apache.Arrow;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Actions as rows of a checkpoint, a struct column for each kind (PROTOCOL.md, "Checkpoint Schema").</summary>
internal static class CheckpointBatch
{
    public static Schema Schema { get; } = Of([]).Schema;

    public static RecordBatch Of(IReadOnlyList<CheckpointAction> actions)
    {
        var rows = new ActionColumns<CheckpointAction>(actions);
        (string Name, StructArray Array)[] columns =
        [
            ("txn", Transactions(rows.Select(row => row.Writer?.Txn))),
            ("add", Adds(rows.Select(row => row.Add))),
            ("remove", Removes(rows.Select(row => row.Writer?.Remove))),
            ("metaData", Metadata(rows.Select(row => row.Metadata))),
            ("protocol", Protocols(rows.Select(row => row.Protocol))),
            ("domainMetadata", Domains(rows.Select(row => row.Writer?.DomainMetadata))),
        ];
        var schema = new Schema([.. columns.Select(column => new Field(column.Name, column.Array.Data.DataType, nullable: true))], null);
        return new RecordBatch(schema, columns.Select(column => column.Array), actions.Count);
    }

    private static StructArray Transactions(ActionColumns<WriterAction.Transaction> txn) => txn.Struct(
        ("appId", txn.Texts(value => value.AppId)), ("version", txn.Longs(value => value.Version)), ("lastUpdated", txn.Longs(value => value.LastUpdated)));

    /// <summary>Nothing changes with a checkpoint, so no action in it is a change of data.</summary>
    private static StructArray Adds(ActionColumns<AddFile> add) => add.Struct(
        ("path", add.Texts(file => file.Path)), ("partitionValues", add.Maps(file => file.PartitionValues ?? [])), ("size", add.Longs(file => file.Size)),
        ("modificationTime", add.Longs(file => file.ModificationTime)), ("dataChange", add.Booleans(_ => false)), ("stats", add.Utf8(file => file.Stats)),
        ("tags", add.Maps(file => file.Tags)), ("deletionVector", Vectors(add.Select(file => file.DeletionVector))),
        ("baseRowId", add.Longs(file => file.BaseRowId)), ("defaultRowCommitVersion", add.Longs(file => file.DefaultRowCommitVersion)));

    private static StructArray Removes(ActionColumns<Tombstone> remove) => remove.Struct(
        ("path", remove.Texts(file => file.Path)), ("deletionTimestamp", remove.Longs(file => file.DeletionTimestamp)), ("dataChange", remove.Booleans(_ => false)),
        ("extendedFileMetadata", remove.Booleans(file => file.ExtendedFileMetadata)), ("partitionValues", remove.Maps(file => file.PartitionValues)),
        ("size", remove.Longs(file => file.Size)), ("deletionVector", Vectors(remove.Select(file => file.DeletionVector))));

    private static StructArray Vectors(ActionColumns<DeletionVector> vector) => vector.Struct(
        ("storageType", vector.Texts(value => value.StorageType)), ("pathOrInlineDv", vector.Texts(value => value.PathOrInlineDv)),
        ("offset", vector.Integers(value => value.Offset)), ("sizeInBytes", vector.Integers(value => value.SizeInBytes)), ("cardinality", vector.Longs(value => value.Cardinality)));

    private static StructArray Metadata(ActionColumns<TableMetadata> metadata)
    {
        ActionColumns<TableMetadata.FileFormat> format = metadata.Select(value => value.Format ?? new("parquet"));
        return metadata.Struct(
            ("id", metadata.Texts(value => value.Id)), ("name", metadata.Texts(value => value.Name)), ("description", metadata.Texts(value => value.Description)),
            ("format", format.Struct(("provider", format.Texts(value => value.Provider)), ("options", format.Maps(value => value.Options ?? [])))),
            ("schemaString", metadata.Texts(value => value.SchemaString)), ("partitionColumns", metadata.Lists(value => value.PartitionColumns ?? [])),
            ("configuration", metadata.Maps(value => value.Configuration ?? [])), ("createdTime", metadata.Longs(value => value.CreatedTime)));
    }

    private static StructArray Protocols(ActionColumns<TableProtocol> protocol) => protocol.Struct(
        ("minReaderVersion", protocol.Integers(value => value.MinReaderVersion)), ("minWriterVersion", protocol.Integers(value => value.MinWriterVersion)),
        ("readerFeatures", protocol.Lists(value => value.ReaderFeatures)), ("writerFeatures", protocol.Lists(value => value.WriterFeatures)));

    private static StructArray Domains(ActionColumns<WriterAction.DomainSetting> domain) => domain.Struct(
        ("domain", domain.Texts(value => value.Domain)), ("configuration", domain.Texts(value => value.Configuration)), ("removed", domain.Booleans(value => value.Removed)));
}
