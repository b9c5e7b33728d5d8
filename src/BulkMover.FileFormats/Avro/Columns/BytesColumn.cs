using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.FileFormats.Memory;

namespace BulkMover.FileFormats.Avro.Columns;

/// <summary>Strings and bytes; of an enum, the symbols as strings.</summary>
/// <param name="type">String or binary.</param>
/// <param name="nullBranch">See <see cref="AvroOption"/>.</param>
/// <param name="symbols">Of an enum; null for strings and bytes.</param>
/// <param name="memory">What the values are collected in.</param>
internal sealed class BytesColumn(IArrowType type, int nullBranch, byte[][]? symbols, GrowingMemory memory) : ColumnDecoder(type, nullBranch, memory)
{
    private readonly Offsets offsets = new(memory);
    private readonly GrowingArray<byte> values = new(memory);

    public override long FixedBytes => sizeof(int);

    public override long Bytes => base.Bytes + offsets.Bytes + values.Bytes;

    public override void Decode(ref AvroDecoder input)
    {
        if (DecodeNull(ref input))
            return;
        values.AddRange(symbols is null ? input.ReadBytes() : symbols[input.ReadIndex(symbols.Length)]);
        offsets.Add(values.Count);
    }

    public override ArrayData Take(int length, TakenBuffers buffers) => Array(length, buffers, [offsets.Take(buffers), values.Take(buffers)]);

    protected override void AddPlaceholder() => offsets.Add(values.Count);
}
