using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// Text that is stored as numbers of dictionary entries → text. The native reader appends value by value and takes several times as long
/// for it; it gives the numbers and the entries instead, and they are put together here.
/// </summary>
internal static class DictionaryExpansion
{
    /// <summary>Bytes that are copied at once: most entries are shorter, and one copy of fixed size is cheaper than one of the right size.</summary>
    private const int Stride = 32;

    /// <summary>Whether what becomes of a batch has room behind 32-bit offsets, however its rows are distributed.</summary>
    public static bool Fits(PageSizes pages, long batchRows) =>
        pages is { DictionaryEntries: > 0, OnlyDictionary: true } && pages.DictionaryBytes <= (int.MaxValue - Stride) / Math.Max(batchRows, 1);

    /// <summary>Replaces the dictionaries among the columns. Takes the batch over, also when it throws.</summary>
    /// <exception cref="CorruptTableException">A number is beyond the dictionary.</exception>
    public static RecordBatch Expand(RecordBatch batch, MemoryAllocator allocator)
    {
        IReadOnlyList<Field> fields = batch.Schema.FieldsList;
        if (!fields.Any(field => field.DataType is DictionaryType))
            return batch;

        var buffers = new TakenBuffers(allocator);
        try
        {
            IArrowArray[] arrays =
            [
                .. Enumerable.Range(0, fields.Count).Select(i => batch.Column(i).Data).Select(data =>
                    ArrowArrayFactory.BuildArray(data.DataType is DictionaryType ? Expand(data, buffers) : buffers.Share(data))),
            ];
            return new RecordBatch(new Schema([.. fields.Select(Plain)], batch.Schema.Metadata), arrays, batch.Length);
        }
        catch
        {
            buffers.Release();
            throw;
        }
        finally
        {
            batch.Dispose();
        }
    }

    private static Field Plain(Field field) =>
        field.DataType is DictionaryType dictionary ? new Field(field.Name, dictionary.ValueType, field.IsNullable, field.Metadata) : field;

    private static ArrayData Expand(ArrayData data, TakenBuffers buffers)
    {
        ReadOnlySpan<int> numbers = data.Values<int>();
        ReadOnlySpan<int> entries = data.Dictionary.Length == 0 ? [0] : MemoryMarshal.Cast<byte, int>(data.Dictionary.Buffers[1].Span).Slice(data.Dictionary.Offset, data.Dictionary.Length + 1);
        // The offset into the validity bits stays, so that they can be shared: that many offsets stand unused before the first.
        ArrowBuffer offsetBuffer = buffers.Allocate((data.Offset + data.Length + 1) * sizeof(int), out Span<byte> offsetBytes);
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes);
        offsets[..data.Offset].Clear();
        offsets = offsets[data.Offset..];
        ReadOnlySpan<byte> valid = data.NullCount == 0 ? [] : data.Buffers[0].Span;
        Measure(numbers, entries, valid, data.Offset, offsets);

        ArrowBuffer textBuffer = buffers.Allocate(offsets[^1] + Stride, out Span<byte> text);
        Copy(numbers, entries, data.Dictionary.Buffers[2].Span, offsets, text);
        ArrowBuffer validity = valid.IsEmpty ? ArrowBuffer.Empty : buffers.Share(data.Buffers[0]);
        return new ArrayData(
            ((DictionaryType)data.DataType).ValueType, data.Length, data.NullCount, data.Offset, [validity, offsetBuffer, textBuffer]);
    }

    /// <summary>Writes where each row's text begins and ends; a null has none, whatever its number is.</summary>
    private static void Measure(ReadOnlySpan<int> numbers, ReadOnlySpan<int> entries, ReadOnlySpan<byte> valid, int validFrom, Span<int> offsets)
    {
        int end = offsets[0] = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            if (valid.IsEmpty || BitUtility.GetBit(valid, validFrom + row))
            {
                int number = numbers[row];
                if ((uint)number >= (uint)entries.Length - 1)
                    throw Outside(entries.Length - 1, number);
                end += entries[number + 1] - entries[number];
            }

            offsets[row + 1] = end;
        }
    }

    private static void Copy(ReadOnlySpan<int> numbers, ReadOnlySpan<int> entries, ReadOnlySpan<byte> entryText, ReadOnlySpan<int> offsets, Span<byte> text)
    {
        // With room behind the last entry, so that a copy of a whole stride reads no foreign memory.
        byte[] padded = ArrayPool<byte>.Shared.Rent(entries[^1] + Stride);
        entryText[..entries[^1]].CopyTo(padded);
        ref byte from = ref MemoryMarshal.GetArrayDataReference(padded);
        ref byte to = ref MemoryMarshal.GetReference(text);
        for (int row = 0; row < numbers.Length; row++)
        {
            int start = offsets[row], length = offsets[row + 1] - start;
            if (length == 0)
                continue;
            ref byte entry = ref Unsafe.Add(ref from, entries[numbers[row]]);
            ref byte place = ref Unsafe.Add(ref to, start);
            Unsafe.CopyBlockUnaligned(ref place, ref entry, Stride);
            if (length > Stride)
                Unsafe.CopyBlockUnaligned(ref Unsafe.Add(ref place, Stride), ref Unsafe.Add(ref entry, Stride), (uint)(length - Stride));
        }

        ArrayPool<byte>.Shared.Return(padded);
    }

    private static CorruptTableException Outside(int entries, int number) => new("parquet.dictionary_index_invalid",
        $"A dictionary of {entries:N0} entries is asked for number {number:N0}. The file must be written again.");
}
