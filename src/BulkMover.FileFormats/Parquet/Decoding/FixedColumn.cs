using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Parquet.Images;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>A column of values that all have the same number of bytes, and have it in Arrow too.</summary>
/// <param name="source">The column's chunks.</param>
/// <param name="type">Of the arrays.</param>
/// <param name="width">Bytes of a value.</param>
internal class FixedColumn(ColumnSource source, IArrowType type, int width) : ColumnDecoder(source, type)
{
    private readonly DictionaryValues ofDictionary = new(width);
    private readonly Dictionary<int, FixedValues> byEncoding = [];
    private FixedValues? values;

    protected int Width => width;

    protected override int SlotBytes(int rows) => checked(rows * width);

    protected override void BeginChunk((ReadOnlyMemory<byte> Bytes, int Entries)? dictionary) => ofDictionary.SetDictionary(dictionary);

    protected override void BeginPage(PageHeader header, ReadOnlyMemory<byte> page)
    {
        values = header.IsOfDictionary ? ofDictionary : OfEncoding(header.Encoding);
        values.Begin(page);
    }

    protected override void Decode(Span<byte> slots, in RowRun rows)
    {
        Span<byte> own = slots.Slice(rows.First * width, rows.Count * width);
        ReadDense(own[..(rows.Valid * width)]);
        if (rows.Valid < rows.Count)
            ValueSpread.Spread(own, width, rows.Validity, rows.First, rows.Valid);
    }

    protected override ArrayData Finish(int rows, int nulls, ArrowBuffer validity, ArrowBuffer slots, TakenBuffers buffers) =>
        new(Type, rows, nulls, 0, [validity, slots]);

    /// <summary>The next values that are there, as they are stored.</summary>
    protected void ReadDense(Span<byte> to) => values!.Read(to);

    private FixedValues OfEncoding(int encoding)
    {
        if (!byEncoding.TryGetValue(encoding, out FixedValues? known))
        {
            byEncoding[encoding] = known = encoding switch
            {
                Encodings.Plain => new PlainValues(),
                Encodings.DeltaBinaryPacked => new DeltaValues(width),
                _ => new SplitValues(width),
            };
        }

        return known;
    }
}
