using System.Buffers;
using System.Collections.ObjectModel;
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

    /// <summary>What 32-bit offsets reach.</summary>
    private const int MaxTextBytes = int.MaxValue - Stride;

    /// <summary>Replaces the dictionaries among the columns. Takes the batch over, also when it throws.</summary>
    /// <exception cref="CorruptTableException">A number is beyond the dictionary.</exception>
    /// <exception cref="UnsupportedFeatureException">The text of a column has no room behind 32-bit offsets.</exception>
    public static RecordBatch Expand(RecordBatch batch, MemoryAllocator allocator)
    {
        if (TryExpand(batch, ReadOnlySet<int>.Empty, long.MaxValue, allocator) is { } expanded)
            return expanded;
        batch.Dispose();
        throw new UnsupportedFeatureException("file.row_too_large", $"A text of more than {MaxTextBytes:N0} bytes is not read. Leave its column out with --columns.");
    }

    /// <summary>
    /// As above, but for the columns with the numbers <paramref name="kept"/>, which stay dictionaries; or null where all the text, theirs included, is longer than
    /// <paramref name="maxBytes"/>: the batch is then still the caller's.
    /// </summary>
    public static RecordBatch? TryExpand(RecordBatch batch, IReadOnlySet<int> kept, long maxBytes, MemoryAllocator allocator)
    {
        IReadOnlyList<Field> fields = batch.Schema.FieldsList;
        if (!fields.Any(field => field.DataType is DictionaryType))
            return batch;

        var buffers = new TakenBuffers(allocator);
        try
        {
            var arrays = new IArrowArray[fields.Count];
            for (int i = 0; i < arrays.Length; i++)
            {
                ArrayData data = batch.Column(i).Data;
                if (kept.Contains(i))
                    maxBytes -= DictionaryText.Bytes(data);
                if (maxBytes < 0 || (data.DataType is DictionaryType && !kept.Contains(i) ? Expand(data, ref maxBytes, buffers) : buffers.Share(data)) is not { } text)
                {
                    buffers.Release();
                    return null;
                }

                arrays[i] = ArrowArrayFactory.BuildArray(text);
            }

            var expanded = new RecordBatch(new Schema([.. fields.Select((field, i) => kept.Contains(i) ? field : Plain(field))], batch.Schema.Metadata), arrays, batch.Length);
            batch.Dispose();
            return expanded;
        }
        catch
        {
            buffers.Release();
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that the text of each row will have, all columns together.</summary>
    public static long[] TextBytes(RecordBatch batch)
    {
        long[] bytes = new long[batch.Length];
        foreach (ArrayData data in Enumerable.Range(0, batch.ColumnCount).Select(i => batch.Column(i).Data).Where(data => data.DataType is DictionaryType))
        {
            ReadOnlySpan<int> numbers = data.Values<int>(), entries = EntriesOf(data);
            ReadOnlySpan<byte> valid = ValidityOf(data);
            for (int row = 0; row < bytes.Length; row++)
                bytes[row] += valid.IsEmpty || BitUtility.GetBit(valid, data.Offset + row) ? LengthOf(numbers[row], entries) : 0;
        }

        return bytes;
    }

    private static Field Plain(Field field) =>
        field.DataType is DictionaryType dictionary ? new Field(field.Name, dictionary.ValueType, field.IsNullable, field.Metadata) : field;

    /// <returns>Null when there are more bytes of text than are left.</returns>
    private static ArrayData? Expand(ArrayData data, ref long bytesLeft, TakenBuffers buffers)
    {
        ReadOnlySpan<int> numbers = data.Values<int>(), entries = EntriesOf(data);
        // The offset into the validity bits stays, so that they can be shared: that many offsets stand unused before the first.
        ArrowBuffer offsetBuffer = buffers.Allocate((data.Offset + data.Length + 1) * sizeof(int), out Span<byte> offsetBytes);
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes);
        offsets[..data.Offset].Clear();
        offsets = offsets[data.Offset..];
        ReadOnlySpan<byte> valid = ValidityOf(data);
        if (!Measure(numbers, entries, valid, data.Offset, offsets, Math.Min(bytesLeft, MaxTextBytes)))
            return null;

        bytesLeft -= offsets[^1];
        ArrowBuffer textBuffer = buffers.Allocate(offsets[^1] + Stride, out Span<byte> text);
        Copy(numbers, entries, data.Dictionary.Buffers[2].Span, offsets, text);
        ArrowBuffer validity = valid.IsEmpty ? ArrowBuffer.Empty : buffers.Share(data.Buffers[0]);
        return new ArrayData(
            ((DictionaryType)data.DataType).ValueType, data.Length, data.NullCount, data.Offset, [validity, offsetBuffer, textBuffer]);
    }

    private static ReadOnlySpan<int> EntriesOf(ArrayData data) => data.Dictionary.Length == 0
        ? [0]
        : MemoryMarshal.Cast<byte, int>(data.Dictionary.Buffers[1].Span).Slice(data.Dictionary.Offset, data.Dictionary.Length + 1);

    private static ReadOnlySpan<byte> ValidityOf(ArrayData data) => data.NullCount == 0 ? [] : data.Buffers[0].Span;

    private static int LengthOf(int number, ReadOnlySpan<int> entries) =>
        (uint)number < (uint)entries.Length - 1 ? entries[number + 1] - entries[number] : throw Outside(entries.Length - 1, number);

    /// <summary>Writes where each row's text begins and ends; a null has none, whatever its number is.</summary>
    /// <returns>False when it ends behind <paramref name="maxEnd"/>.</returns>
    private static bool Measure(ReadOnlySpan<int> numbers, ReadOnlySpan<int> entries, ReadOnlySpan<byte> valid, int validFrom, Span<int> offsets, long maxEnd)
    {
        long end = offsets[0] = 0;
        for (int row = 0; row < numbers.Length; row++)
        {
            if (valid.IsEmpty || BitUtility.GetBit(valid, validFrom + row))
                end += LengthOf(numbers[row], entries);
            if (end > maxEnd)
                return false;
            offsets[row + 1] = (int)end;
        }

        return true;
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
