using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>
/// A column of byte arrays that are all numbers of dictionary entries, given as Arrow dictionaries: the entries are made once for a chunk, and all
/// its batches share them. No batch may have rows of two chunks. Whether there is an entry of each number is for those to find out who look it up.
/// </summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the entries.</param>
internal sealed class DictionaryColumn(ColumnSource source, IArrowType type)
    : LeafDecoder(source, new DictionaryType(Int32Type.Default, type, ordered: false))
{
    private readonly DictionaryNumbers numbers = new();
    private readonly DictionaryEntries stored = new();
    private ArrayData? entries;

    protected override long SlotBytes(int slots) => (long)slots * sizeof(int);

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary)
    {
        entries?.Dispose();
        entries = null;
        if (dictionary is not { } given)
            throw new InvalidDataException("pages have numbers of dictionary entries, but their chunk has no dictionary");
        stored.Begin(given.Bytes, given.Entries);
        entries = EntriesOf(stored);
    }

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> values) => numbers.Begin(values);

    protected override void Decode(Span<byte> slots, in SlotRun run)
    {
        Span<byte> own = slots.Slice(run.First * sizeof(int), run.Count * sizeof(int));
        numbers.Read(MemoryMarshal.Cast<byte, int>(own)[..run.Valid]);
        if (run.Valid < run.Count)
            ValueSpread.Spread(own, sizeof(int), run.Validity, run.First, run.Valid);
    }

    protected override ArrayData Finish(int slots, int nulls, ArrowBuffer validity, ArrowBuffer slotBuffer, TakenBuffers buffers) =>
        new(Type, slots, nulls, 0, [validity, slotBuffer], children: null, buffers.Share(entries!));

    public override void Dispose()
    {
        entries?.Dispose();
        base.Dispose();
    }

    private ArrayData EntriesOf(DictionaryEntries from)
    {
        var buffers = new TakenBuffers(Allocator);
        try
        {
            ReadOnlySpan<int> ends = from.Ends;
            ArrowBuffer offsetBuffer = buffers.Allocate((ends.Length + 1) * sizeof(int), out Span<byte> offsetBytes);
            Span<int> offsets = MemoryMarshal.Cast<byte, int>(offsetBytes);
            offsets[0] = 0;
            ends.CopyTo(offsets[1..]);
            ArrowBuffer textBuffer = buffers.Allocate(offsets[^1], out Span<byte> text);
            for (int i = 0; i < from.Count; i++)
            {
                (int at, int length) = from.Find(i);
                from.Page.Span.Slice(at, length).CopyTo(text[offsets[i]..]);
            }

            return new ArrayData(type, from.Count, 0, 0, [ArrowBuffer.Empty, offsetBuffer, textBuffer]);
        }
        catch
        {
            buffers.Release();
            throw;
        }
    }
}
