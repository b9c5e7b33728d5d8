using Apache.Arrow;
using Apache.Arrow.Types;
using ParquetSharp.Arrow;

namespace BulkMover.TableFormats.Tests.Delta;

/// <summary>Writes checkpoints with the columns of PROTOCOL.md, "Checkpoint Schema".</summary>
public static class CheckpointFile
{
    private static readonly MapType Texts = new(new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true));
    private static readonly Field Item = new("element", StringType.Default, nullable: true);

    public static void Write(string path, IReadOnlyList<CheckpointRow> rows)
    {
        (string Name, IArrowArray Array)[] columns =
        [
            ("protocol", Struct(rows, row => row.MinReaderVersion is not null,
                ("minReaderVersion", Numbers(rows, row => row.MinReaderVersion)), ("readerFeatures", Lists(rows, row => row.ReaderFeatures)))),
            ("metaData", Struct(rows, row => row.SchemaString is not null,
                ("schemaString", Strings(rows, row => row.SchemaString)), ("partitionColumns", Lists(rows, row => row.PartitionColumns)),
                ("configuration", Maps(rows, row => [])))),
            ("add", Struct(rows, row => row.AddPath is not null,
                ("path", Strings(rows, row => row.AddPath)), ("partitionValues", Maps(rows, row => row.PartitionValues)),
                ("size", Longs(rows, row => 100)), ("baseRowId", Longs(rows, row => row.BaseRowId)), ("defaultRowCommitVersion", Longs(rows, row => row.BaseRowId is null ? null : 4)),
                 ("stats", Strings(rows, row => row.Stats)), ("stats_parsed", Parsed(rows)))),
            ("sidecar", Struct(rows, row => row.Sidecar is not null,
                ("path", Strings(rows, row => row.Sidecar?.Path)), ("sizeInBytes", Longs(rows, row => row.Sidecar?.Bytes)))),
        ];
        var schema = new Schema([.. columns.Select(column => new Field(column.Name, column.Array.Data.DataType, nullable: true))], null);
        using var writer = new FileWriter(path, schema);
        using var batch = new RecordBatch(schema, columns.Select(column => column.Array), rows.Count);
        writer.WriteRecordBatch(batch);
        writer.Close();
    }

    private static StructArray Parsed(IReadOnlyList<CheckpointRow> rows) => Struct(rows, row => row.ParsedStats is not null,
        ("numRecords", Longs(rows, row => row.ParsedStats?.Rows)),
        ("minValues", Struct(rows, row => row.ParsedStats is not null, ("id", Longs(rows, row => row.ParsedStats?.Min)))),
        ("maxValues", Struct(rows, row => row.ParsedStats is not null, ("id", Longs(rows, row => row.ParsedStats?.Max)))));

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
