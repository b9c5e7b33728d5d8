using System.Text.Json.Nodes;
using BulkMover.Core.Stores;
using BulkMover.Testing.Stores;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>
/// A Delta table that knows its own content. Each step makes a version: rows come, go by deletion vector or with their file, files are rewritten,
/// come back or get new statistics, columns are added, renamed, dropped or widened.
/// </summary>
internal sealed class ModelTable
{
    private static readonly string[] Modes = ["none", "name", "id"];

    private readonly Random random;
    private readonly string mode;
    private readonly HashSet<int> partition;
    private readonly List<ModelFile> files = [];
    private readonly Dictionary<string, ModelAdd> removed = [];
    private readonly List<ModelAction> actions = [];
    private readonly List<ModelColumn> columns = [];
    private readonly List<ModelAdd> live = [];
    private ModelAction protocol = null!, metadata = null!;
    private int nextId;

    public ModelTable(int seed)
    {
        random = new Random(seed);
        mode = Modes[random.Next(Modes.Length)];
        columns.Add(NewColumn("long"));
        for (int more = random.Next(1, 5); more > 0; more--)
            columns.Add(NewColumn(AnyType()));
        partition = [.. columns.Skip(1).Where(_ => random.Next(4) == 0).Select(column => column.Id)];
        WriteState();
        Commit();
        for (int step = random.Next(3, 12); step > 0; step--)
        {
            Step();
            Commit();
        }
    }

    public MemoryObjectStore Store { get; } = new();

    public Location Root { get; } = new("s3", "lake/my table");

    public List<ModelVersion> Versions { get; } = [];

    private void Step()
    {
        switch (random.Next(12))
        {
            case var choice when choice < 4 || live.Count == 0:
                for (int i = random.Next(1, 3); i > 0; i--)
                    Add(NewFile(NewPartition(), random.Next(0, 12)));
                break;
            case < 6:
                Delete(Any(live));
                break;
            case 6:
                Remove(Any(live));
                break;
            case 7:
                Rewrite(Any(live));
                break;
            case 8 when removed.Count > 0:
                Add(Any([.. removed.Values]));
                break;
            case 8 or 9:
                ModelAdd again = Any(live);
                live.Remove(again);
                Add(again with { Stats = NewStats(again.File, again.Vector is null) });
                break;
            default:
                ChangeSchema();
                WriteState();
                break;
        }
    }

    private void ChangeSchema()
    {
        int at = random.Next(columns.Count);
        bool isPartition = partition.Contains(columns[at].Id);
        switch (random.Next(4))
        {
            case 0 when mode != "none":
                columns[at] = columns[at] with { Name = FreeName() };
                break;
            case 1 when mode != "none" && !isPartition && at > 0:
                columns.RemoveAt(at);
                break;
            case < 3 when !isPartition && ModelTypes.Widenings(columns[at].Type) is { Length: > 0 } widenings:
                (string to, Func<object, object> widen) = widenings[random.Next(widenings.Length)];
                int id = columns[at].Id;
                columns[at] = columns[at] with { Type = to, Changes = [.. columns[at].Changes, (columns[at].Type, to)] };
                foreach (Dictionary<int, object?> row in files.SelectMany(file => file.Rows))
                    row[id] = row.GetValueOrDefault(id) is { } value ? widen(value) : null;
                break;
            default:
                columns.Insert(random.Next(columns.Count + 1) is var place && place == 0 ? 1 : place, NewColumn(AnyType()));
                break;
        }
    }

    private void Delete(ModelAdd file)
    {
        HashSet<int> rows = [.. file.Vector?.Rows ?? new HashSet<int>(), .. Enumerable.Range(0, file.File.Rows.Count).Where(_ => random.Next(3) == 0)];
        if (rows.Count == (file.Vector?.Rows.Count ?? 0))
            return;
        Remove(file);
        Add(file with
        {
            Vector = ModelVector.New(rows, $"{Root}", Write, random),
            // "For any logical file where deletionVector is not null, the numRecords statistic must be present."
            Stats = file.Stats is null ? $$"""{"numRecords":{{file.File.Rows.Count}}}""" : NewStats(file.File, isTight: false),
        });
    }

    private void Rewrite(ModelAdd first)
    {
        ModelAdd[] old = [.. live.Where(file => file.File.Partition.SequenceEqual(first.File.Partition)).Take(3)];
        ModelAdd rewritten = NewFile(first.File.Partition, [.. old.SelectMany(file => file.Rows).Select(row => new Dictionary<int, object?>(row))]);
        foreach (ModelAdd file in old)
            Remove(file);
        Add(rewritten);
    }

    private void Add(ModelAdd file)
    {
        actions.Add(file.Add());
        live.Add(file);
        removed.Remove(file.File.Path);
    }

    private void Remove(ModelAdd file)
    {
        actions.Add(file.Remove());
        live.Remove(file);
        removed[file.File.Path] = file;
    }

    private ModelAdd NewFile((ModelColumn Column, object? Value, string? Text)[] values, int rows) => NewFile(values, [.. Enumerable.Range(0, rows).Select(_ =>
        columns.ToDictionary(column => column.Id, column => partition.Contains(column.Id)
            ? values.First(value => value.Column.Id == column.Id).Value
            : random.Next(5) == 0 ? null : ModelTypes.Random(column.Type, random)))]);

    private ModelAdd NewFile(IReadOnlyList<(ModelColumn Column, object? Value, string? Text)> values, List<Dictionary<int, object?>> rows)
    {
        ModelColumn[] written = [.. columns.Where(column => !partition.Contains(column.Id))];
        foreach (Dictionary<int, object?> row in rows)
        {
            foreach (ModelColumn column in written)
                row.TryAdd(column.Id, null);
        }

        // The directory says nothing, and its name is one to be encoded.
        var file = new ModelFile($"day=1%20/é {files.Count}#/part-{files.Count}.parquet", written, values, rows);
        files.Add(file);
        byte[] bytes = file.Write(mode, random);
        Write(file.Path, bytes);
        string path = string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString));
        return new ModelAdd(file, bytes.Length, random.Next(4) == 0 ? $"s3://lake/my%20table/{path}" : path, null, NewStats(file, isTight: true));
    }

    private (ModelColumn Column, object? Value, string? Text)[] NewPartition() => [.. columns.Where(column => partition.Contains(column.Id)).Select(column =>
    {
        object? value = random.Next(4) == 0 ? null : ModelTypes.Random(column.Type, random);
        return (column, value, value is null ? (random.Next(2) == 0 ? "" : null) : ModelTypes.Text(column.Type, value, random));
    })];

    private string? NewStats(ModelFile file, bool isTight) => random.Next(5) switch
    {
        0 when isTight => null,
        1 => $$"""{"numRecords":{{file.Rows.Count}}}""",
        _ => file.Statistics(isTight, random.Next(1, 5)),
    };

    private void WriteState()
    {
        string schema = new JsonObject { ["type"] = "struct", ["fields"] = new JsonArray([.. columns.Select(column => column.ToJson(mode))]) }.ToJsonString();
        string[] features = ["deletionVectors", "typeWidening", "timestampNtz", "v2Checkpoint", .. mode == "none" ? System.Array.Empty<string>() : ["columnMapping"]];
        protocol = new ModelAction("protocol", DeltaFolder.ProtocolWith(features));
        metadata = new ModelAction("metaData", DeltaFolder.Metadata(
            schema, [.. columns.Where(column => partition.Contains(column.Id)).Select(column => column.Name)],
            new Dictionary<string, string> { ["delta.columnMapping.mode"] = mode }));
        actions.AddRange(Versions.Count == 0 || random.Next(3) == 0 ? [protocol, metadata] : [metadata]);
    }

    private void Commit()
    {
        ModelAction info = new(null, """{"commitInfo":{"operation":"WRITE"}}"""), transaction = new("txn", $$$"""{"txn":{"appId":"a","version":{{{Versions.Count}}}}}""");
        ModelAction[] lines = [info, .. actions, transaction];
        random.Shuffle(lines);
        actions.Clear();
        Write($"_delta_log/{Versions.Count:D20}.json", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(line => line.Json.Trim()))));
        Versions.Add(new ModelVersion(
            [.. columns], [.. live.SelectMany(file => file.Rows).Select(row => new Dictionary<int, object?>(row))], [.. live], lines, protocol, metadata));
    }

    private void Write(string path, byte[] bytes) => Store[Root.Combine(path)] = bytes;

    private ModelColumn NewColumn(string type)
    {
        int id = nextId++;
        string name = FreeName();
        return new ModelColumn(id, name, mode == "none" ? name : $"col-{id}", type);
    }

    /// <summary>One that a column had before, if there is one: it must not be taken for that column.</summary>
    private string FreeName() => Enumerable.Range(0, int.MaxValue).Select(number => $"name {number}").First(name => columns.All(column => column.Name != name));

    private string AnyType() => ModelTypes.All[random.Next(ModelTypes.All.Length)];

    private T Any<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];
}
