using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of byte arrays, which are text or not, with 32-bit offsets.</summary>
internal sealed class TextColumn(ColumnSource source, IArrowType type) : LeafDecoder(source, type)
{
    private readonly DictionaryText ofDictionary = new();
    private readonly DictionaryEntries entries = new();
    private readonly ByEncoding<TextValues> byEncoding = new(encoding => encoding switch
    {
        Encodings.Plain => new PlainText(),
        Encodings.DeltaLengthByteArray => new DeltaLengthText(),
        _ => new DeltaText(),
    });

    private readonly TextBuffer text = new(source.Name, source.Allocator);
    private readonly double bytesOfValue = source.BytesOfValue;
    private TextValues? values;

    /// <summary>The offsets of an array: one more than it has slots.</summary>
    protected override long SlotBytes(int slots) => (slots + 1L) * sizeof(int);

    protected override void BeginBatch(int slots) => text.Begin((long)(slots * bytesOfValue));

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary)
    {
        if (dictionary is { } given)
            entries.Begin(given.Bytes, given.Entries);
        ofDictionary.SetDictionary(dictionary is null ? null : entries);
    }

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> page)
    {
        values = header.IsOfDictionary ? ofDictionary : byEncoding.Of(header.Encoding);
        values.Begin(page);
    }

    protected override void Decode(Span<byte> slots, in SlotRun run)
    {
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(slots).Slice(run.First, run.Count + 1);
        offsets[0] = text.Length;
        Span<int> ends = offsets[1..];
        values!.Read(ends[..run.Valid], text);
        // Apart from the last one on; a slot without a value ends where the one before it does.
        for (int slot = run.Count - 1, valid = run.Valid; slot >= valid; slot--)
        {
            ends[slot] = offsets[valid];
            // Without a branch: chance decides which slots have a value.
            valid -= Bits.IsSet(run.Validity, run.First + slot) ? 1 : 0;
        }
    }

    protected override ArrayData Finish(int slots, int nulls, ArrowBuffer validity, ArrowBuffer slotBuffer, TakenBuffers buffers) =>
        new(Type, slots, nulls, 0, [validity, slotBuffer, text.Take(buffers)]);

    public override void Dispose()
    {
        text.Dispose();
        base.Dispose();
    }
}
