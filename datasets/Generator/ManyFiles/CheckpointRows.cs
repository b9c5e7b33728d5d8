using System.Globalization;
using System.Text;
using System.Text.Json;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Datasets.ManyFiles;

/// <summary>Rows of a Delta checkpoint (PROTOCOL.md, "Checkpoint Schema"): protocol and metadata, then adds or sidecars.</summary>
internal sealed class CheckpointRows
{
    private static readonly MapType Texts = new(new Field("key", StringType.Default, nullable: false), new Field("value", StringType.Default, nullable: true));

    private readonly string? schema;
    private readonly bool vectors;
    private readonly List<PlannedFile> adds = [];
    private readonly List<(string Path, long Bytes)> sidecars = [];

    /// <param name="withState">Whether the first two rows are protocol and metadata.</param>
    /// <param name="schema">The table's schema as JSON.</param>
    /// <param name="vectors">Whether every tenth file has a deletion vector, which takes a protocol of features.</param>
    public CheckpointRows(bool withState, string schema, bool vectors) => (this.schema, this.vectors) = (withState ? schema : null, vectors);

    private int StateRows => schema is null ? 0 : 2;

    private int Count => StateRows + adds.Count + sidecars.Count;

    public void Add(PlannedFile file) => adds.Add(file);

    public void AddSidecar(string path, long bytes) => sidecars.Add((path, bytes));

    public RecordBatch Build()
    {
        var columns = new List<(string Name, IArrowArray Array)>();
        if (schema is not null)
        {
            string[] features = ["v2Checkpoint", "deletionVectors"];
            columns.Add(("protocol", Struct(row => row == 0,
                ("minReaderVersion", Ints(row => row == 0 ? vectors ? 3 : 1 : null)), ("minWriterVersion", Ints(row => row == 0 ? vectors ? 7 : 2 : null)),
                ("readerFeatures", Lists(row => row == 0 && vectors ? features : null)), ("writerFeatures", Lists(row => row == 0 && vectors ? features : null)))));
            columns.Add(("metaData", Struct(row => row == 1,
                ("id", Strings(row => row == 1 ? "6f0a1c3e-52a7-4b7e-9d0c-0d6b8f2f4a11" : null)),
                ("format", Struct(row => row == 1, ("provider", Strings(row => row == 1 ? "parquet" : null)))),
                ("schemaString", Strings(row => row == 1 ? schema : null)),
                ("partitionColumns", Lists(row => row == 1 ? ["region", "day"] : null)),
                ("configuration", Maps(row => [])))));
        }

        if (sidecars.Count > 0)
        {
            columns.Add(("sidecar", Struct(row => row >= StateRows,
                ("path", Strings(row => row >= StateRows ? sidecars[row - StateRows].Path : null)),
                ("sizeInBytes", Longs(row => row >= StateRows ? sidecars[row - StateRows].Bytes : null)),
                ("modificationTime", Longs(row => row >= StateRows ? 1_700_000_000_000 : null)))));
        }
        else
        {
            columns.Add(("add", Adds()));
        }

        var batchSchema = new Schema([.. columns.Select(column => new Field(column.Name, column.Array.Data.DataType, nullable: true))], null);
        return new RecordBatch(batchSchema, columns.Select(column => column.Array), Count);
    }

    private StructArray Adds()
    {
        var fields = new List<(string Name, IArrowArray Array)>
        {
            ("path", Strings(row => AddAt(row)?.Path)),
            ("partitionValues", Maps(row => AddAt(row) is { } add
                ? [("region", add.Region), ("day", add.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))] : [])),
            ("size", Longs(row => AddAt(row)?.Bytes)),
            ("modificationTime", Longs(row => AddAt(row) is null ? null : 1_700_000_000_000)),
            ("dataChange", Falses()),
            ("stats", Strings(row => AddAt(row) is { } add ? Statistics(add) : null)),
        };
        if (vectors)
        {
            // The same Puffin-like file for a hundred vectors, at places 64 bytes apart.
            fields.Add(("deletionVector", Struct(row => HasVector(row),
                ("storageType", Strings(row => HasVector(row) ? "u" : null)),
                ("pathOrInlineDv", Strings(row => HasVector(row) ? $"{AddAt(row)!.Number / 1000:D2}/ab^-aqEH.-t@S}}K{{vb[*k^" : null)),
                ("offset", Ints(row => HasVector(row) ? 1 + (AddAt(row)!.Number / 10 % 100 * 64) : null)),
                ("sizeInBytes", Ints(row => HasVector(row) ? 56 : null)),
                ("cardinality", Longs(row => HasVector(row) ? 10 : null)))));
        }

        return Struct(row => AddAt(row) is not null, [.. fields]);
    }

    private PlannedFile? AddAt(int row) => row < StateRows ? null : adds[row - StateRows];

    private bool HasVector(int row) => AddAt(row)?.Number % 10 == 0;

    /// <summary>PROTOCOL.md, "Per-file Statistics".</summary>
    private static string Statistics(PlannedFile file)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            // A partition column has no statistics.
            PlannedColumn[] columns = [.. file.Columns().Where(column => column.Name != "region")];
            json.WriteStartObject();
            json.WriteNumber("numRecords", file.Rows);
            WriteValues(json, "minValues", columns, column => column.Low);
            WriteValues(json, "maxValues", columns, column => column.High);
            WriteValues(json, "nullCount", columns, column => (long)column.Nulls);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static void WriteValues(Utf8JsonWriter json, string name, PlannedColumn[] columns, Func<PlannedColumn, object> value)
    {
        json.WriteStartObject(name);
        foreach (PlannedColumn column in columns)
        {
            switch (value(column))
            {
                case string text: json.WriteString(column.Name, text); break;
                case double number: json.WriteNumber(column.Name, number); break;
                case long micros when column.Name == "at" && name != "nullCount":
                    json.WriteString(column.Name, DateTime.UnixEpoch.AddTicks(micros * 10).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
                    break;
                case long number: json.WriteNumber(column.Name, number); break;
            }
        }

        json.WriteEndObject();
    }

    private StructArray Struct(Func<int, bool> isSet, params (string Name, IArrowArray Array)[] fields)
    {
        var validity = new ArrowBuffer.BitmapBuilder();
        for (int row = 0; row < Count; row++)
            validity.Append(isSet(row));
        var type = new StructType([.. fields.Select(field => new Field(field.Name, field.Array.Data.DataType, nullable: true))]);
        return new StructArray(type, Count, fields.Select(field => field.Array), validity.Build(), validity.UnsetBitCount);
    }

    private StringArray Strings(Func<int, string?> value) => Fill(new StringArray.Builder(), (builder, row) => builder.Append(value(row))).Build();

    private Int64Array Longs(Func<int, long?> value) => Fill(new Int64Array.Builder(), (builder, row) => builder.Append(value(row))).Build();

    private Int32Array Ints(Func<int, int?> value) => Fill(new Int32Array.Builder(), (builder, row) => builder.Append(value(row))).Build();

    private BooleanArray Falses() => Fill(new BooleanArray.Builder(), (builder, _) => builder.Append(false)).Build();

    private ListArray Lists(Func<int, string[]?> value)
    {
        var builder = new ListArray.Builder(new Field("element", StringType.Default, nullable: true));
        return Fill(builder, (builder, row) =>
        {
            if (value(row) is { } texts)
                ((StringArray.Builder)builder.Append().ValueBuilder).AppendRange(texts);
            else
                builder.AppendNull();
        }).Build();
    }

    private MapArray Maps(Func<int, (string Key, string Value)[]> value) => Fill(new MapArray.Builder(Texts), (builder, row) =>
    {
        builder.Append();
        foreach ((string key, string text) in value(row))
        {
            ((StringArray.Builder)builder.KeyBuilder).Append(key);
            ((StringArray.Builder)builder.ValueBuilder).Append(text);
        }
    }).Build();

    private T Fill<T>(T builder, Action<T, int> append)
    {
        for (int row = 0; row < Count; row++)
            append(builder, row);
        return builder;
    }
}
