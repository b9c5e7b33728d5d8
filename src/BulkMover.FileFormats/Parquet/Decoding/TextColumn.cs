using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of byte arrays, which are text or not, with 32-bit offsets.</summary>
internal sealed class TextColumn(ColumnSource source, IArrowType type) : ColumnDecoder(source, type)
{
    private readonly DictionaryText ofDictionary = new();
    private readonly DictionaryEntries entries = new();
    private readonly Dictionary<int, TextValues> byEncoding = [];
    private readonly TextBuffer text = new(source.Name);
    private TextValues? values;

    /// <summary>The offsets of an array: one more than it has rows.</summary>
    protected override int SlotBytes(int rows) => checked((rows + 1) * sizeof(int));

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary)
    {
        if (dictionary is { } given)
            entries.Begin(given.Bytes, given.Entries);
        ofDictionary.SetDictionary(dictionary is null ? null : entries);
    }

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> page)
    {
        values = header.IsOfDictionary ? ofDictionary : OfEncoding(header.Encoding);
        values.Begin(page);
    }

    protected override void Decode(Span<byte> slots, in RowRun rows)
    {
        Span<int> offsets = MemoryMarshal.Cast<byte, int>(slots).Slice(rows.First, rows.Count + 1);
        offsets[0] = text.Length;
        Span<int> ends = offsets[1..];
        values!.Read(ends[..rows.Valid], text);
        // Apart from the last one on; a row without a value ends where the one before it does.
        for (int row = rows.Count - 1, valid = rows.Valid; row >= valid; row--)
        {
            ends[row] = offsets[valid];
            if (Bits.IsSet(rows.Validity, rows.First + row))
                valid--;
        }
    }

    protected override ArrayData Finish(int rows, int nulls, ArrowBuffer validity, ArrowBuffer slots, TakenBuffers buffers) =>
        new(Type, rows, nulls, 0, [validity, slots, text.Take(buffers)]);

    public override void Dispose()
    {
        text.Dispose();
        base.Dispose();
    }

    private TextValues OfEncoding(int encoding)
    {
        if (!byEncoding.TryGetValue(encoding, out TextValues? known))
        {
            byEncoding[encoding] = known = encoding switch
            {
                Encodings.Plain => new PlainText(),
                Encodings.DeltaLengthByteArray => new DeltaLengthText(),
                _ => new DeltaText(),
            };
        }

        return known;
    }
}
