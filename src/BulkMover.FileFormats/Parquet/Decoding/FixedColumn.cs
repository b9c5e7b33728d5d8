using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of values that all have the same number of bytes, and have it in Arrow too.</summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the arrays.</param>
/// <param name="width">Bytes of a value.</param>
internal class FixedColumn(ColumnSource source, IArrowType type, int width) : LeafDecoder(source, type)
{
    private readonly DictionaryValues ofDictionary = new(width);
    private readonly ByEncoding<FixedValues> byEncoding = new(encoding => encoding switch
    {
        Encodings.Plain => new PlainValues(),
        Encodings.DeltaBinaryPacked => new DeltaValues(width),
        Encodings.DeltaByteArray => new DeltaBytes(width),
        _ => new SplitValues(width),
    });

    private FixedValues? values;

    protected int Width => width;

    protected override long SlotBytes(int slots) => (long)slots * width;

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary) => ofDictionary.SetDictionary(dictionary);

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> page)
    {
        values = header.IsOfDictionary ? ofDictionary : byEncoding.Of(header.Encoding);
        values.Begin(page);
    }

    protected override void Decode(Span<byte> slots, in SlotRun run)
    {
        Span<byte> own = slots.Slice(run.First * width, run.Count * width);
        ReadDense(own[..(run.Valid * width)]);
        if (run.Valid < run.Count)
            ValueSpread.Spread(own, width, run.Validity, run.First, run.Valid);
    }

    protected override ArrayData Finish(int slots, int nulls, ArrowBuffer validity, ArrowBuffer slotBuffer, TakenBuffers buffers) =>
        new(Type, slots, nulls, 0, [validity, slotBuffer]);

    /// <summary>The next values that are there, as they are stored.</summary>
    protected void ReadDense(Span<byte> to) => values!.Read(to);
}
