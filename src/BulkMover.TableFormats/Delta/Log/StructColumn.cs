using System.Text;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// An action in a checkpoint's batch, one struct a row (PROTOCOL.md, "Checkpoint Schema"). "Any missing column should be treated as null."
/// </summary>
/// <param name="array">The struct; null when the file has no such column.</param>
/// <param name="path">Its name, for messages.</param>
/// <param name="file">The checkpoint file, for messages.</param>
internal sealed class StructColumn(StructArray? array, string path, Location file)
{
    private readonly Dictionary<string, IArrowArray?> fields = new(StringComparer.Ordinal);

    public static StructColumn Of(RecordBatch batch, string name, Location file)
    {
        int index = batch.Schema.GetFieldIndex(name, StringComparer.Ordinal);
        return new StructColumn(index < 0 ? null : As<StructArray>(batch.Column(index), name, file), name, file);
    }

    public bool IsNull(int row) => array is null || array.IsNull(row);

    public StructColumn Struct(string name) => new(Child<StructArray>(name), $"{path}.{name}", file);

    /// <summary>The array of a field, whatever its type; null when there is none.</summary>
    public IArrowArray? Find(string name)
    {
        if (fields.TryGetValue(name, out IArrowArray? known))
            return known;
        int index = array is null ? -1 : ((StructType)array.Data.DataType).GetFieldIndex(name, StringComparer.Ordinal);
        return fields[name] = index < 0 ? null : array!.Fields[index];
    }

    public string? Text(string name, int row) => Child<BinaryArray>(name) is { } texts ? TextAt(texts, row) : null;

    /// <summary>The text as it lies in the batch; false for null.</summary>
    public bool TryUtf8(string name, int row, out ReadOnlySpan<byte> text)
    {
        BinaryArray? texts = Child<BinaryArray>(name);
        bool isThere = texts?.IsValid(row) == true;
        text = isThere ? texts!.GetBytes(row) : default;
        return isThere;
    }

    public bool? Boolean(string name, int row) => Child<BooleanArray>(name)?.GetValue(row);

    public long? Number(string name, int row) => Find(name) switch
    {
        null => null,
        Int64Array numbers => numbers.GetValue(row),
        Int32Array numbers => numbers.GetValue(row),
        var other => throw Unexpected(other, $"{path}.{name}", file),
    };

    public List<string>? Texts(string name, int row)
    {
        if (Child<ListArray>(name) is not { } lists || lists.IsNull(row))
            return null;
        // Some writers leave the three levels of a list to be guessed, and each item reads as a struct around it.
        IArrowArray values = lists.Values is StructArray { Fields: [var item] } ? item : lists.Values;
        BinaryArray items = As<BinaryArray>(values, $"{path}.{name}", file);
        return [.. Enumerable.Range(lists.ValueOffsets[row], lists.GetValueLength(row)).Select(i => TextAt(items, i)).OfType<string>()];
    }

    public Dictionary<string, string?>? Map(string name, int row)
    {
        if (Child<MapArray>(name) is not { } maps || maps.IsNull(row))
            return null;
        BinaryArray keys = As<BinaryArray>(maps.Keys, $"{path}.{name}", file), values = As<BinaryArray>(maps.Values, $"{path}.{name}", file);
        var map = new Dictionary<string, string?>(StringComparer.Ordinal);
        for (int item = maps.ValueOffsets[row]; item < maps.ValueOffsets[row + 1]; item++)
            map[TextAt(keys, item) ?? ""] = TextAt(values, item);
        return map;
    }

    private T? Child<T>(string name)
        where T : class, IArrowArray => Find(name) is { } child ? As<T>(child, $"{path}.{name}", file) : null;

    private static string? TextAt(BinaryArray texts, int row) => texts.IsNull(row) ? null : Encoding.UTF8.GetString(texts.GetBytes(row));

    private static T As<T>(IArrowArray array, string path, Location file)
        where T : class, IArrowArray => array as T ?? throw Unexpected(array, path, file);

    private static CorruptTableException Unexpected(IArrowArray array, string path, Location file) =>
        new("delta.checkpoint_broken",
            $"Checkpoint '{file}' holds '{path}' as {array.Data.DataType.Name}, which is not its type in the protocol. Delete the checkpoint " +
            "if all commits are still there.");
}
