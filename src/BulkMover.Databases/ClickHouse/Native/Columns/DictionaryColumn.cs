using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>A dictionary whose type ClickHouse keeps no dictionaries of: the values themselves.</summary>
/// <param name="type">The column.</param>
/// <param name="index">Type of Arrow's indices.</param>
/// <param name="values">Encoder of a column of the dictionary's type.</param>
internal sealed class DictionaryColumn(MappedType type, ArrowTypeId index, ColumnEncoder values) : ColumnEncoder
{
    private readonly IArrowType valueType = type.Children[0].Field.DataType;

    public override long CopiedBytes(ArrayData data)
    {
        long width = ((FixedWidthType)SourceType.Storage(valueType)).BitWidth / 8;
        // The values are gathered first; the encoder then looks at their number only.
        return (width * data.Length) + values.CopiedBytes(new ArrayData(valueType, data.Length, 0, 0, System.Array.Empty<ArrowBuffer>()));
    }

    public override void Write(ArrayData data, Validity parent, BlockWriter writer)
    {
        Validity valid = Validity.And(parent, Validity.Of(data), out byte[]? rented);
        try
        {
            using var indices = new DictionaryIndices(data, index, valid);
            if (!type.HoldsNulls)
                NullRefusal.ThrowIfAny(type, indices.Values, parent);

            // A null's row only has to be one that exists.
            bool isEmpty = data.Dictionary.Length == 0;
            ArrayData dictionary = isEmpty ? DictionaryDefault.Of(valueType) : data.Dictionary;
            foreach (ref int row in indices.Values)
                row = Math.Max(0, row);
            values.Write(TakenRows.Of(dictionary, indices.Values, writer), valid, writer);
        }
        finally
        {
            Validity.Return(rented);
        }
    }

    public override long HashBytes(ArrayData data) => (8L * data.Dictionary.Length) + (4L * data.Length);

    public override int Hash(ArrayData data, Validity parent, Span<ulong> hashes)
    {
        ulong[] own = ArrayPool<ulong>.Shared.Rent(data.Dictionary.Length);
        values.Hash(data.Dictionary, Validity.AllOf(data.Dictionary.Length), own.AsSpan(0, data.Dictionary.Length));
        int nulls = DictionaryIndices.TakeHashes(data, index, parent, own, hashes);
        ArrayPool<ulong>.Shared.Return(own);
        return nulls;
    }
}
