using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Testing.Batches;
using ParquetSharp.Arrow;
using Field = Apache.Arrow.Field;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Writes checkpoints with the columns of PROTOCOL.md, "Checkpoint Schema".</summary>
public static class CheckpointFile
{
    private static readonly MapType Texts = new(new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true));
    private static readonly Field Item = new("element", StringType.Default, nullable: true);

    private static readonly Field[] Id = [new("id", Int64Type.Default, nullable: true)];

    public static void Write(string path, IReadOnlyList<CheckpointRow> rows) => File.WriteAllBytes(path, Bytes(rows));

    /// <param name="rows">The actions.</param>
    /// <param name="statistics">Columns of <c>stats_parsed</c> by physical name; null for a column <c>id</c>.</param>
    public static byte[] Bytes(IReadOnlyList<CheckpointRow> rows, IReadOnlyList<Field>? statistics = null)
    {
        (string Name, IArrowArray Array)[] columns =
        [
            ("protocol", Struct(rows, row => row.MinReaderVersion is not null,
                ("minReaderVersion", Numbers(rows, row => row.MinReaderVersion)), ("readerFeatures", Lists(rows, row => row.ReaderFeatures)),
                ("writerFeatures", Lists(rows, row => row.WriterFeatures)))),
            ("metaData", Struct(rows, row => row.SchemaString is not null,
                ("schemaString", Strings(rows, row => row.SchemaString)), ("partitionColumns", Lists(rows, row => row.PartitionColumns)),
                ("configuration", Maps(rows, row => row.Configuration)))),
            ("add", Struct(rows, row => row.AddPath is not null,
                ("path", Strings(rows, row => row.AddPath)), ("partitionValues", Maps(rows, row => row.PartitionValues)),
                ("size", Longs(rows, row => row.Size)), ("baseRowId", Longs(rows, row => row.BaseRowId)),
                ("defaultRowCommitVersion", Longs(rows, row => row.BaseRowId is null ? null : 4)),
                ("stats", Strings(rows, row => row.Stats)), ("stats_parsed", Parsed(rows, statistics ?? Id)), ("deletionVector", Vectors(rows)))),
            ("remove", Struct(rows, row => row.RemovePath is not null, ("path", Strings(rows, row => row.RemovePath)))),
            ("sidecar", Struct(rows, row => row.Sidecar is not null,
                ("path", Strings(rows, row => row.Sidecar?.Path)), ("sizeInBytes", Longs(rows, row => row.Sidecar?.Bytes)))),
            ("checkpointMetadata", Struct(rows, row => row.CheckpointVersion is not null, ("version", Longs(rows, row => row.CheckpointVersion)))),
        ];
        var schema = new Schema([.. columns.Select(column => new Field(column.Name, column.Array.Data.DataType, nullable: true))], null);
        using var stream = new MemoryStream();
        using (var writer = new FileWriter(stream, schema, null, null, leaveOpen: true))
        using (var batch = new RecordBatch(schema, columns.Select(column => column.Array), rows.Count))
        {
            writer.WriteRecordBatch(batch);
            writer.Close();
        }

        return stream.ToArray();
    }

    private static StructArray Vectors(IReadOnlyList<CheckpointRow> rows) => Struct(rows, row => row.Vector is not null,
        ("storageType", Strings(rows, row => row.Vector?.StorageType)), ("pathOrInlineDv", Strings(rows, row => row.Vector?.PathOrInlineDv)),
        ("offset", Numbers(rows, row => row.Vector?.Offset)), ("sizeInBytes", Numbers(rows, row => row.Vector?.SizeInBytes)),
        ("cardinality", Longs(rows, row => row.Vector?.Cardinality)));

    private static StructArray Parsed(IReadOnlyList<CheckpointRow> rows, IReadOnlyList<Field> columns)
    {
        var arrays = new TestArrays(MemoryAllocator.Default.Value, new Random(1));
        return Struct(rows, row => row.ParsedStats is not null,
            ("numRecords", Longs(rows, row => row.ParsedStats?.Rows)),
            ("tightBounds", arrays.Build(BooleanType.Default, [.. rows.Select(row => (object?)row.ParsedStats?.IsTight)])),
            ("minValues", Values(column => column.DataType, (row, name) => Of(row, name)?.Min)),
            ("maxValues", Values(column => column.DataType, (row, name) => Of(row, name)?.Max)),
            ("nullCount", Values(_ => Int64Type.Default, (row, name) => Of(row, name)?.Nulls)));

        StructArray Values(Func<Field, IArrowType> type, Func<CheckpointRow, string, object?> value) => Struct(rows, row => row.ParsedStats is not null,
            [.. columns.Select(column => (column.Name, arrays.Build(type(column), [.. rows.Select(row => value(row, column.Name))])))]);

        static (object? Min, object? Max, long Nulls)? Of(CheckpointRow row, string name) =>
            row.ParsedStats?.Columns.TryGetValue(name, out (object? Min, object? Max, long Nulls) found) == true ? found : null;
    }

    private static StructArray Struct(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, bool> isSet, params (string Name, IArrowArray Array)[] fields)
    {
        var validity = new ArrowBuffer.BitmapBuilder();
        foreach (CheckpointRow row in rows)
            validity.Append(isSet(row));
        var type = new StructType([.. fields.Select(field => new Field(field.Name, field.Array.Data.DataType, nullable: true))]);
        return new StructArray(type, rows.Count, fields.Select(field => field.Array), validity.Build(), validity.UnsetBitCount);
    }

    private static StringArray Strings(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, string?> value)
    {
        var builder = new StringArray.Builder();
        foreach (CheckpointRow row in rows)
            builder.Append(value(row));
        return builder.Build();
    }

    private static Int64Array Longs(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, long?> value)
    {
        var builder = new Int64Array.Builder();
        foreach (CheckpointRow row in rows)
            builder.Append(value(row));
        return builder.Build();
    }

    private static Int32Array Numbers(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, int?> value)
    {
        var builder = new Int32Array.Builder();
        foreach (CheckpointRow row in rows)
            builder.Append(value(row));
        return builder.Build();
    }

    private static ListArray Lists(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, string[]?> value)
    {
        var builder = new ListArray.Builder(Item);
        var items = (StringArray.Builder)builder.ValueBuilder;
        foreach (CheckpointRow row in rows)
        {
            if (value(row) is not { } texts)
            {
                builder.AppendNull();
                continue;
            }

            builder.Append();
            items.AppendRange(texts);
        }

        return builder.Build();
    }

    private static MapArray Maps(IReadOnlyList<CheckpointRow> rows, Func<CheckpointRow, Dictionary<string, string?>> value)
    {
        var builder = new MapArray.Builder(Texts);
        var keys = (StringArray.Builder)builder.KeyBuilder;
        var values = (StringArray.Builder)builder.ValueBuilder;
        foreach (CheckpointRow row in rows)
        {
            builder.Append();
            foreach ((string key, string? text) in value(row))
            {
                keys.Append(key);
                values.Append(text);
            }
        }

        return builder.Build();
    }
}
