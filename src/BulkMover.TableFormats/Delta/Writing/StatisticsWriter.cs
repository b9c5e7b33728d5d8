using System.Buffers;
using System.Text.Json;
using BulkMover.FileFormats.Parquet;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Statistics of data files as JSON text (PROTOCOL.md, "Per-file Statistics").</summary>
/// <param name="columns">Of what they tell.</param>
internal sealed class StatisticsWriter(IReadOnlyList<StatisticsColumn> columns) : IDisposable
{
    private readonly Dictionary<string, LeafMetrics> leaves = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly Utf8JsonWriter json = new(Stream.Null, PlainJson.Writing);

    /// <summary>The statistics of a file in UTF-8.</summary>
    public byte[] Write(WrittenFile file)
    {
        bytes.ResetWrittenCount();
        json.Reset(bytes);
        json.WriteStartObject();
        json.WriteNumber("numRecords"u8, file.Rows);
        // A file that was adopted may have its columns in another order, and lack some.
        leaves.Clear();
        foreach (LeafMetrics leaf in file.Columns)
            leaves[LeafKey.Of(leaf.Path)] = leaf;
        Write("minValues"u8, (leaf, name) => StatisticsBound.Lower(leaf.Lower)?.Write(json, name));
        Write("maxValues"u8, (leaf, name) => StatisticsBound.Upper(leaf.Upper)?.Write(json, name));
        Write("nullCount"u8, (leaf, name) =>
        {
            if (leaf.Nulls is { } nulls)
                json.WriteNumber(name, nulls);
        });
        // The footer tells of deleted rows too: "wide" bounds.
        json.WriteBoolean("tightBounds"u8, file.Deletes is null);
        json.WriteEndObject();
        json.Flush();
        return bytes.WrittenSpan.ToArray();
    }

    public void Dispose() => json.Dispose();

    private void Write(ReadOnlySpan<byte> name, Action<LeafMetrics, JsonEncodedText> write)
    {
        json.WriteStartObject(name);
        WriteMembers(columns, write);
        json.WriteEndObject();
    }

    private void WriteMembers(IReadOnlyList<StatisticsColumn> members, Action<LeafMetrics, JsonEncodedText> write)
    {
        foreach (StatisticsColumn member in members)
        {
            if (member.Key is { } key)
            {
                if (leaves.TryGetValue(key, out LeafMetrics? leaf))
                    write(leaf, member.Name);
                continue;
            }

            json.WriteStartObject(member.Name);
            WriteMembers(member.Members, write);
            json.WriteEndObject();
        }
    }
}
