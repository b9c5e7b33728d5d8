using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Batches;

/// <summary>How long the text of rows is that come as numbers of dictionary entries (<see cref="Scans.BatchSize.KeepsStoredForms"/>).</summary>
public static class DictionaryText
{
    /// <summary>Bytes of all values of such columns, were they written out.</summary>
    /// <exception cref="CorruptTableException">A number is beyond its dictionary.</exception>
    public static long Bytes(RecordBatch batch)
    {
        long bytes = 0;
        for (int i = 0; i < batch.ColumnCount; i++)
        {
            if (batch.Column(i).Data is { DataType: DictionaryType { IndexType: Int32Type, ValueType: StringType or BinaryType } } data)
                bytes += Bytes(data);
        }

        return bytes;
    }

    /// <inheritdoc cref="Bytes(RecordBatch)"/>
    public static long Bytes(ArrayData data)
    {
        ReadOnlySpan<int> numbers = data.Values<int>(), entries = data.Dictionary.Length == 0 ? [] : Offsets.Of<int>(data.Dictionary);
        ReadOnlySpan<byte> valid = data.GetNullCount() == 0 ? [] : data.Buffers[0].Span;
        long bytes = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            int number = numbers[row];
            if (!valid.IsEmpty && !BitUtility.GetBit(valid, data.Offset + row))
                continue;
            if ((uint)number >= (uint)data.Dictionary.Length)
                throw Outside(data.Dictionary.Length, number);
            bytes += entries[number + 1] - entries[number];
        }

        return bytes;
    }

    /// <summary>What to throw for a number that no entry has.</summary>
    public static CorruptTableException Outside(int entries, long number) => new("arrow.dictionary_index_invalid",
        $"A dictionary of {entries:N0} values is asked for number {number:N0}. The reader of the file or the file is broken.");
}
