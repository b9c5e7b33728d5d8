using System.Text;
using System.Text.Json;
using Apache.Arrow;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>Sums the log of a model up, as writers may at any time and in any way: the table stays the same.</summary>
internal sealed class ModelLog(ModelTable table, Random random)
{
    /// <summary>PROTOCOL.md, "Checkpoint Naming Scheme" and "Checkpoint Specs": a checkpoint of any kind.</summary>
    public void Checkpoint(int version)
    {
        ModelVersion state = table.Versions[version];
        CheckpointRow[] heads = Heads(state), files = [.. Files(state)];
        Field[] statistics = [.. state.Columns.Select(column => new Field(column.Physical, ModelTypes.Arrow(column.Type), nullable: true))];
        string name = $"{version:D20}.checkpoint", id = $"{Uuid()}";
        var own = new CheckpointRow { CheckpointVersion = version };
        switch (random.Next(5))
        {
            case 0:
                Write($"{name}.parquet", CheckpointFile.Bytes([.. heads, .. files], statistics));
                break;
            case 1:
                int parts = random.Next(2, 4);
                CheckpointRow[] all = [.. heads, .. files];
                for (int part = 0; part < parts; part++)
                    Write($"{name}.{part + 1:D10}.{parts:D10}.parquet", CheckpointFile.Bytes([.. all.Where((_, row) => row % parts == part)], statistics));
                break;
            case 2:
                Write($"{name}.{id}.json", Lines([$$$"""{"checkpointMetadata":{"version":{{{version}}}}}""", state.Metadata.Json, state.Protocol.Json,
                    .. state.Live.Select(file => file.Add().Json)]));
                break;
            case 3:
                Write($"{name}.{id}.json", Lines([$$$"""{"checkpointMetadata":{"version":{{{version}}}}}""", state.Metadata.Json, state.Protocol.Json,
                    .. Sidecars(files, statistics).Select(sidecar => JsonSerializer.Serialize(new { sidecar = new { path = sidecar.Path, sizeInBytes = sidecar.Bytes } }))]));
                break;
            default:
                CheckpointRow[] sidecars = [.. Sidecars(files, statistics).Select(sidecar => new CheckpointRow { Sidecar = sidecar })];
                Write(random.Next(2) == 0 ? $"{name}.parquet" : $"{name}.{id}.parquet", CheckpointFile.Bytes([own, .. heads, .. sidecars]));
                break;
        }
    }

    /// <summary>PROTOCOL.md, "Log Compaction Files": of the actions that reconcile with each other, the latest.</summary>
    public void Compact(int first, int last)
    {
        var latest = new Dictionary<string, string>();
        foreach (ModelAction action in table.Versions.Skip(first).Take(last - first + 1).SelectMany(version => version.Actions).Where(action => action.Key is not null))
            latest[action.Key!] = action.Json;
        Write($"{first:D20}.{last:D20}.compacted.json", Lines(latest.Values));
    }

    /// <summary>PROTOCOL.md, "Metadata Cleanup": all commits before a checkpoint go.</summary>
    public void CleanUp(int checkpoint)
    {
        for (int version = 0; version < checkpoint; version++)
            table.Store.Remove(Log.Combine($"{version:D20}.json"));
    }

    private Location Log => table.Root.Combine("_delta_log");

    private static CheckpointRow[] Heads(ModelVersion state)
    {
        using JsonDocument protocol = JsonDocument.Parse(state.Protocol.Json), metadata = JsonDocument.Parse(state.Metadata.Json);
        JsonElement features = protocol.RootElement.GetProperty("protocol").GetProperty("readerFeatures"), meta = metadata.RootElement.GetProperty("metaData");
        string[] names = [.. features.EnumerateArray().Select(name => name.GetString()!)];
        return
        [
            new CheckpointRow { MinReaderVersion = 3, ReaderFeatures = names, WriterFeatures = names },
            new CheckpointRow
            {
                SchemaString = meta.GetProperty("schemaString").GetString(),
                PartitionColumns = [.. meta.GetProperty("partitionColumns").EnumerateArray().Select(name => name.GetString()!)],
                Configuration = meta.GetProperty("configuration").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()),
            },
        ];
    }

    /// <summary>Statistics as text, as a struct, both or none; a struct only of columns that are in the file with the type of today.</summary>
    private IEnumerable<CheckpointRow> Files(ModelVersion state)
    {
        int kind = random.Next(4);
        foreach (ModelAdd add in state.Live)
        {
            yield return new CheckpointRow
            {
                AddPath = add.Path,
                PartitionValues = add.PartitionValues,
                Size = add.Bytes,
                Stats = kind is 0 or 1 ? add.Stats : null,
                ParsedStats = kind is 1 or 2 ? Parsed(add, state) : null,
                Vector = add.Vector is { } vector ? (vector.StorageType, vector.PathOrInlineDv, vector.Offset, vector.SizeInBytes, vector.Rows.Count) : null,
            };
        }

        yield return new CheckpointRow { RemovePath = "gone.parquet" };
    }

    private static CheckpointStatistics Parsed(ModelAdd add, ModelVersion state) => new(
        add.File.Rows.Count,
        add.File.Columns.Where(column => state.Columns.Any(now => now.Id == column.Id && now.Type == column.Type))
            .ToDictionary(column => column.Physical, column => add.File.StatisticsOf(column.Id)),
        add.Vector is null ? null : false);

    private IEnumerable<(string Path, long Bytes)> Sidecars(CheckpointRow[] files, Field[] statistics)
    {
        foreach (CheckpointRow[] rows in files.Chunk(Math.Max(1, files.Length / 2)))
        {
            byte[] bytes = CheckpointFile.Bytes(rows, statistics);
            string name = $"{Uuid()}.parquet";
            Write($"_sidecars/{name}", bytes);
            yield return (random.Next(2) == 0 ? name : $"s3://elsewhere/before/_delta_log/_sidecars/{name}", bytes.Length);
        }
    }

    private Guid Uuid()
    {
        byte[] bytes = new byte[16];
        random.NextBytes(bytes);
        return new Guid(bytes);
    }

    private static byte[] Lines(IEnumerable<string> lines) => Encoding.UTF8.GetBytes(string.Join('\n', lines.Select(line => line.Trim())));

    private void Write(string name, byte[] bytes) => table.Store[Log.Combine(name)] = bytes;
}
