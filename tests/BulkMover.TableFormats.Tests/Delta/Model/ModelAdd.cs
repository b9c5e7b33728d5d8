using System.Text.Json;
using System.Text.Json.Serialization;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>A logical file: a data file with the vector of its deleted rows, and what its add action says of it.</summary>
/// <param name="File">The data file.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Path">As the log writes it.</param>
/// <param name="Vector">Its deleted rows.</param>
/// <param name="Stats">JSON text; null when there are none.</param>
internal sealed record ModelAdd(ModelFile File, long Bytes, string Path, ModelVector? Vector, string? Stats)
{
    private static readonly JsonSerializerOptions Options = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    public IEnumerable<Dictionary<int, object?>> Rows => File.Rows.Where((_, position) => Vector?.Rows.Contains(position) != true);

    public Dictionary<string, string?> PartitionValues => File.Partition.ToDictionary(value => value.Column.Physical, value => value.Text);

    private string Key => $"{File.Path}\n{Vector?.UniqueId}";

    public ModelAction Add() => new(Key, Json(new
    {
        add = new
        {
            path = Path, partitionValues = PartitionValues, size = Bytes, modificationTime = 0, dataChange = true, stats = Stats, deletionVector = Vector?.ToJson(),
        },
    }));

    public ModelAction Remove() => new(Key, Json(new { remove = new { path = Path, dataChange = true, deletionVector = Vector?.ToJson() } }));

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, Options);
}
