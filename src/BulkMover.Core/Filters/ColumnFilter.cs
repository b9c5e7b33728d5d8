using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Filters;

/// <summary>Evaluates one leaf of a filter over one Arrow array with a loop typed by the array's layout.</summary>
internal static class ColumnFilter
{
    /// <summary>The null rows, or the others when <paramref name="negated"/>.</summary>
    public static SelectionBits SelectNulls(ArrayData data, bool negated)
    {
        SelectionBits bits = Valid(data);
        if (!negated)
            bits.Invert();
        return bits;
    }

    /// <summary>The rows that are not null and for which the leaf is true, or false when <paramref name="negated"/>.</summary>
    public static SelectionBits Select(ArrayData data, Filter leaf, bool negated)
    {
        if (data.DataType is DictionaryType dictionary)
        {
            using SelectionBits values = Select(data.Dictionary, leaf, negated);
            return DictionaryRows(data, dictionary, values);
        }

        using SelectionBits valid = Valid(data);
        SelectionBits bits = new(data.Length);
        Test(data, leaf, valid, bits);
        if (negated)
            bits.Invert();
        bits.And(valid);
        return bits;
    }

    private static SelectionBits Valid(ArrayData data)
    {
        switch (data.DataType)
        {
            case NullType:
                return new SelectionBits(data.Length);
            case UnionType or RunEndEncodedType:
                throw new UnsupportedFeatureException("where.column_type", $"A filter cannot look into columns of type {data.DataType.Name}.");
            case DictionaryType dictionary:
                using (SelectionBits values = Valid(data.Dictionary))
                    return DictionaryRows(data, dictionary, values);
            default:
                return SelectionBits.OfValid(data);
        }
    }

    /// <summary>The rows that are not null and point to a value that is set.</summary>
    private static SelectionBits DictionaryRows(ArrayData data, DictionaryType type, SelectionBits values)
    {
        SelectionBits bits = SelectionBits.OfValid(data);
        switch (type.IndexType.TypeId)
        {
            case ArrowTypeId.Int8: Follow<sbyte>(data, values, bits); break;
            case ArrowTypeId.UInt8: Follow<byte>(data, values, bits); break;
            case ArrowTypeId.Int16: Follow<short>(data, values, bits); break;
            case ArrowTypeId.UInt16: Follow<ushort>(data, values, bits); break;
            case ArrowTypeId.UInt32: Follow<uint>(data, values, bits); break;
            case ArrowTypeId.Int64: Follow<long>(data, values, bits); break;
            case ArrowTypeId.UInt64: Follow<ulong>(data, values, bits); break;
            default: Follow<int>(data, values, bits); break;
        }

        return bits;
    }

    private static void Follow<TIndex>(ArrayData data, SelectionBits values, SelectionBits bits)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        ReadOnlySpan<TIndex> indices = data.Values<TIndex>();
        Span<ulong> words = bits.Words;
        for (int row = 0; row < indices.Length; row++)
        {
            if (!bits[row])
                continue;
            long index = long.CreateTruncating(indices[row]);
            if ((ulong)index >= (ulong)values.Rows)
                throw new CorruptTableException("batch.dictionary_index", $"A dictionary of {values.Rows:N0} values is asked for value {index:N0}. The data file is broken.");
            if (!values[(int)index])
                words[row >> 6] &= ~(1UL << row);
        }
    }

    private static void Test(ArrayData data, Filter leaf, SelectionBits valid, SelectionBits bits)
    {
        switch (FilterTypes.OfValues(data.DataType).TypeId)
        {
            case ArrowTypeId.Null:
                break;
            case ArrowTypeId.Boolean:
                BooleanLeaf.Run(data, leaf, bits);
                break;
            case ArrowTypeId.Int8:
                NumberLeaf.Run<sbyte>(data, leaf, bits);
                break;
            case ArrowTypeId.UInt8:
                NumberLeaf.Run<byte>(data, leaf, bits);
                break;
            case ArrowTypeId.Int16:
                NumberLeaf.Run<short>(data, leaf, bits);
                break;
            case ArrowTypeId.UInt16:
                NumberLeaf.Run<ushort>(data, leaf, bits);
                break;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32 or ArrowTypeId.Time32 or ArrowTypeId.Decimal32:
                NumberLeaf.Run<int>(data, leaf, bits);
                break;
            case ArrowTypeId.UInt32:
                NumberLeaf.Run<uint>(data, leaf, bits);
                break;
            case ArrowTypeId.Int64 or ArrowTypeId.Date64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Decimal64:
                NumberLeaf.Run<long>(data, leaf, bits);
                break;
            case ArrowTypeId.UInt64:
                NumberLeaf.Run<ulong>(data, leaf, bits);
                break;
            case ArrowTypeId.HalfFloat:
                NumberLeaf.Run<Half>(data, leaf, bits);
                break;
            case ArrowTypeId.Float:
                NumberLeaf.Run<float>(data, leaf, bits);
                break;
            case ArrowTypeId.Double:
                NumberLeaf.Run<double>(data, leaf, bits);
                break;
            case ArrowTypeId.Decimal128:
                NumberLeaf.Run<Int128>(data, leaf, bits);
                break;
            case ArrowTypeId.Decimal256:
                NumberLeaf.Run(data, leaf, Int256.Of, bits);
                break;
            default:
                BytesLeaf.Run(data, leaf, valid, bits);
                break;
        }
    }
}
