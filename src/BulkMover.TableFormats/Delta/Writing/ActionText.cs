using System.Text.Json;
using BulkMover.TableFormats.Delta.Actions;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>The members of actions as JSON (PROTOCOL.md, "Actions").</summary>
internal static class ActionText
{
    public static void Protocol(Utf8JsonWriter json, TableProtocol protocol)
    {
        json.WriteNumber("minReaderVersion"u8, protocol.MinReaderVersion!.Value);
        json.WriteNumber("minWriterVersion"u8, protocol.MinWriterVersion!.Value);
        Texts(json, "readerFeatures"u8, protocol.ReaderFeatures);
        Texts(json, "writerFeatures"u8, protocol.WriterFeatures);
    }

    public static void Metadata(Utf8JsonWriter json, TableMetadata metadata)
    {
        json.WriteString("id"u8, metadata.Id);
        if (metadata.Name is not null)
            json.WriteString("name"u8, metadata.Name);
        if (metadata.Description is not null)
            json.WriteString("description"u8, metadata.Description);
        json.WriteStartObject("format"u8);
        json.WriteString("provider"u8, metadata.Format?.Provider ?? "parquet");
        Map(json, "options"u8, metadata.Format?.Options ?? []);
        json.WriteEndObject();
        json.WriteString("schemaString"u8, metadata.SchemaString);
        Texts(json, "partitionColumns"u8, metadata.PartitionColumns ?? []);
        Map(json, "configuration"u8, metadata.Configuration ?? []);
        Number(json, "createdTime"u8, metadata.CreatedTime);
    }

    public static void Transaction(Utf8JsonWriter json, WriterAction.Transaction txn)
    {
        json.WriteString("appId"u8, txn.AppId);
        json.WriteNumber("version"u8, txn.Version!.Value);
        Number(json, "lastUpdated"u8, txn.LastUpdated);
    }

    public static void Add(Utf8JsonWriter json, AddFile add)
    {
        json.WriteString("path"u8, add.Path);
        Map(json, "partitionValues"u8, add.PartitionValues ?? []);
        json.WriteNumber("size"u8, add.Size!.Value);
        json.WriteNumber("modificationTime"u8, add.ModificationTime!.Value);
        json.WriteBoolean("dataChange"u8, true);
        if (add.Stats is { } stats)
            json.WriteString("stats"u8, stats);
        if (add.DeletionVector is { } vector)
            Vector(json, vector);
    }

    /// <summary>With all that others need to follow what changed.</summary>
    public static void Remove(Utf8JsonWriter json, (AddFile File, long At) removed)
    {
        json.WriteString("path"u8, removed.File.Path);
        json.WriteNumber("deletionTimestamp"u8, removed.At);
        json.WriteBoolean("dataChange"u8, true);
        json.WriteBoolean("extendedFileMetadata"u8, true);
        Map(json, "partitionValues"u8, removed.File.PartitionValues ?? []);
        Number(json, "size"u8, removed.File.Size);
        Map(json, "tags"u8, removed.File.Tags ?? []);
        if (removed.File.DeletionVector is { } vector)
            Vector(json, vector);
    }

    private static void Vector(Utf8JsonWriter json, DeletionVector vector)
    {
        json.WriteStartObject("deletionVector"u8);
        json.WriteString("storageType"u8, vector.StorageType);
        json.WriteString("pathOrInlineDv"u8, vector.PathOrInlineDv);
        Number(json, "offset"u8, vector.Offset);
        Number(json, "sizeInBytes"u8, vector.SizeInBytes);
        Number(json, "cardinality"u8, vector.Cardinality);
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? number)
    {
        if (number is { } value)
            json.WriteNumber(name, value);
    }

    private static void Texts(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
            return;
        json.WriteStartArray(name);
        foreach (string text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void Map(Utf8JsonWriter json, ReadOnlySpan<byte> name, Dictionary<string, string?> map)
    {
        json.WriteStartObject(name);
        foreach ((string key, string? value) in map)
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}
