using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>The items of lists: one column, or the two of a map's entries.</summary>
internal sealed class ListItems(ColumnEncoder item, ColumnEncoder? mapValue)
{
    public void WritePrefix(BlockWriter writer)
    {
        item.WritePrefix(writer);
        mapValue?.WritePrefix(writer);
    }

    public long CopiedBytes(ArrayData data) => mapValue is null
        ? item.CopiedBytes(data)
        : item.CopiedBytes(Part(data, 0)) + mapValue.CopiedBytes(Part(data, 1));

    public void Write(ArrayData data, BlockWriter writer)
    {
        Validity all = Validity.AllOf(data.Length);
        if (mapValue is null)
        {
            item.Write(data, all, writer);
            return;
        }

        item.Write(Part(data, 0), all, writer);
        mapValue.Write(Part(data, 1), all, writer);
    }

    private static ArrayData Part(ArrayData entries, int i) => entries.Children[i].Slice(entries.Offset, entries.Length);
}
