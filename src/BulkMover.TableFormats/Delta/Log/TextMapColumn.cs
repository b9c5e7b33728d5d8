using Apache.Arrow;

namespace BulkMover.TableFormats.Delta.Log;

/// <summary>Maps from text to text of a checkpoint's batch.</summary>
internal sealed class TextMapColumn
{
    private readonly MapArray? maps;

    /// <param name="maps">Null when the file has no such column.</param>
    /// <param name="source">The column.</param>
    public TextMapColumn(MapArray? maps, ColumnSource source) =>
        (this.maps, Keys, Values) = (maps, new TextColumn(maps?.Keys, source), new TextColumn(maps?.Values, source));

    /// <summary>The keys of all rows.</summary>
    public TextColumn Keys { get; }

    /// <summary>The values of all rows.</summary>
    public TextColumn Values { get; }

    public bool IsNull(int row) => maps is null || maps.IsNull(row);

    /// <summary>Where the keys and values of a row stand among those of all.</summary>
    public (int Start, int End) ItemsOf(int row) => (maps!.ValueOffsets[row], maps.ValueOffsets[row + 1]);

    /// <summary>The map of a row; null when there is none.</summary>
    public Dictionary<string, string?>? Copy(int row) => IsNull(row) ? null : CopyTo(new Dictionary<string, string?>(StringComparer.Ordinal), row);

    /// <summary>Puts the keys and values of a row into a map.</summary>
    public T CopyTo<T>(T map, int row)
        where T : Dictionary<string, string?>
    {
        (int start, int end) = ItemsOf(row);
        for (int item = start; item < end; item++)
            map[Keys.At(item) ?? ""] = Values.At(item);
        return map;
    }
}
