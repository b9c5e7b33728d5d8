using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of bits.</summary>
internal sealed class BooleanColumn(ColumnSource source) : LeafDecoder(source, BooleanType.Default)
{
    private readonly HybridReader runs = new();
    private ReadOnlyMemory<byte> plain;
    private long next;
    private bool isPlain;

    protected override long SlotBytes(int slots) => (slots + 7L) / 8;

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary)
    {
    }

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> values)
    {
        isPlain = header.Encoding == Encodings.Plain;
        (plain, next) = (values, 0);
        // Of a page of nulls some writers leave all of it out.
        if (!isPlain)
            runs.Begin(values.IsEmpty ? values : ChunkPages.CutLength(values).Cut, 1);
    }

    protected override void Decode(Span<byte> slots, in SlotRun run)
    {
        ReadBits(slots, run.First, run.Valid);
        // Apart from the last one on, as values of more bits.
        for (int slot = run.Count - 1, valid = run.Valid; slot >= valid; slot--)
            Bits.Fill(slots, run.First + slot, 1, Bits.IsSet(run.Validity, run.First + slot) && Bits.IsSet(slots, run.First + --valid));
    }

    protected override ArrayData Finish(int slots, int nulls, ArrowBuffer validity, ArrowBuffer slotBuffer, TakenBuffers buffers) =>
        new(Type, slots, nulls, 0, [validity, slotBuffer]);

    private void ReadBits(Span<byte> slots, int first, int count)
    {
        if (!isPlain)
        {
            runs.ReadBits(slots, first, count);
            return;
        }

        if (next + count > plain.Length * 8L)
            throw new InvalidDataException("a page ends before its values do");
        Bits.Copy(plain.Span, next, slots, first, count);
        next += count;
    }
}
