using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>
/// An action in a checkpoint's batch, one struct a row (PROTOCOL.md, "Checkpoint Schema"). "Any missing column should be treated as null."
/// </summary>
/// <param name="array">The struct; null when the file has no such column.</param>
/// <param name="source">The column.</param>
internal sealed class StructColumn(StructArray? array, ColumnSource source)
{
    private readonly Dictionary<string, IArrowArray?> fields = new(StringComparer.Ordinal);

    public static StructColumn Of(RecordBatch batch, string name, Location file)
    {
        int index = batch.Schema.GetFieldIndex(name, StringComparer.Ordinal);
        var source = new ColumnSource(name, file);
        return new StructColumn(index < 0 ? null : source.As<StructArray>(batch.Column(index)), source);
    }

    public bool IsNull(int row) => array is null || array.IsNull(row);

    public StructColumn Struct(string name) => new(Child<StructArray>(name), source.Child(name));

    public TextColumn Text(string name) => new(Find(name), source.Child(name));

    public NumberColumn Number(string name) => new(Find(name), source.Child(name));

    public BooleanColumn Boolean(string name) => new(Find(name), source.Child(name));

    public TextMapColumn Map(string name) => new(Child<MapArray>(name), source.Child(name));

    /// <summary>The array of a field, whatever its type; null when there is none.</summary>
    public IArrowArray? Find(string name)
    {
        if (fields.TryGetValue(name, out IArrowArray? known))
            return known;
        int index = array is null ? -1 : ((StructType)array.Data.DataType).GetFieldIndex(name, StringComparer.Ordinal);
        return fields[name] = index < 0 ? null : array!.Fields[index];
    }

    public List<string>? Texts(string name, int row)
    {
        if (Child<ListArray>(name) is not { } lists || lists.IsNull(row))
            return null;
        // Some writers leave the three levels of a list to be guessed, and each item reads as a struct around it.
        IArrowArray values = lists.Values is StructArray { Fields: [var item] } ? item : lists.Values;
        var items = new TextColumn(values, source.Child(name));
        return [.. Enumerable.Range(lists.ValueOffsets[row], lists.GetValueLength(row)).Select(items.At).OfType<string>()];
    }

    private T? Child<T>(string name)
        where T : class, IArrowArray => Find(name) is { } child ? source.Child(name).As<T>(child) : null;
}
