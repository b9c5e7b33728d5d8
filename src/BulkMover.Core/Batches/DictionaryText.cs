using Apache.Arrow;
using Apache.Arrow.Types;

namespace BulkMover.Core.Batches;

/// <summary>How long the text of rows is that come as numbers of dictionary entries.</summary>
public static class DictionaryText
{
    /// <summary>Bytes of all values of those columns, were they written out. Columns whose dictionaries are not in a stored form (<see cref="Scans.BatchSize.KeepsStoredForms"/>) count as none.</summary>
    public static long Bytes(RecordBatch batch)
    {
        long bytes = 0;
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            if (batch.Column(i).Data is { DataType: DictionaryType { IndexType: Int32Type, ValueType: StringType or BinaryType }, Length: > 0 } data)
                bytes += Bytes(data);
        }

        return bytes;
    }

    /// <summary>A number that no entry has counts as none: who looks it up finds it.</summary>
    private static long Bytes(ArrayData data)
    {
        ReadOnlySpan<int> entries = data.Dictionary.Length == 0 ? [] : Offsets.Of<int>(data.Dictionary);
        ReadOnlySpan<byte> valid = data.GetNullCount() == 0 ? [] : data.Buffers[0].Span;
        ReadOnlySpan<int> numbers = data.Values<int>();
        long bytes = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            int number = numbers[row];
            if ((uint)number < (uint)data.Dictionary.Length && (valid.IsEmpty || BitUtility.GetBit(valid, data.Offset + row)))
                bytes += entries[number + 1] - entries[number];
        }

        return bytes;
    }
}
