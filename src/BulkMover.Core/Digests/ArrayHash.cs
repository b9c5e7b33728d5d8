using System.Buffers;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Errors;

namespace BulkMover.Core.Digests;

/// <summary>
/// Hashes the values of Arrow arrays (decisions/0008): the same value has the same hash however its array is laid out, but not in another unit, width or
/// scale. What null slots hold does not count.
/// </summary>
public static class ArrayHash
{
    /// <summary>Bytes that <see cref="OfEach"/> takes at most beside the hashes.</summary>
    /// <exception cref="CorruptTableException">An offset points outside.</exception>
    public static long Bytes(ArrayData data) => data.Length == 0 ? 0 : data.DataType switch
    {
        DictionaryType => Hashed(data.Dictionary),
        StructType => (8L * data.Length) + data.Children.Select(child => Bytes(child.Slice(data.Offset, data.Length))).DefaultIfEmpty().Max(),
        MapType or ListType => Hashed(ItemsOf(data, Offsets.Of<int>(data))),
        LargeListType => Hashed(ItemsOf(data, Offsets.Of<long>(data))),
        FixedSizeListType list => Hashed(ItemsOf(data, list.ListSize)),
        _ => 0,
    };

    /// <param name="data">The array; its offset and length are respected.</param>
    /// <param name="hashes">One a slot.</param>
    /// <returns>Number of nulls.</returns>
    /// <exception cref="UnsupportedFeatureException">Tables of files have no such type.</exception>
    /// <exception cref="CorruptTableException">An offset or an index points outside.</exception>
    public static int OfEach(ArrayData data, Span<ulong> hashes)
    {
        if (data.Length == 0)
            return 0;
        switch (data.DataType)
        {
            case NullType:
                hashes.Fill(ValueHash.Null);
                return data.Length;
            case DictionaryType type:
                return OfIndices(data, type, hashes);
            case BooleanType:
                OfBits(data, hashes);
                break;
            case StringType or BinaryType:
                HashByLength.OfEach(data.Buffers[2].Span, Offsets.Of<int>(data), hashes);
                break;
            case LargeStringType or LargeBinaryType:
                HashByLength.OfEach(data.Buffers[2].Span, Offsets.Of<long>(data), hashes);
                break;
            case MapType or ListType:
                OfLists(data, Offsets.Of<int>(data), hashes);
                break;
            case LargeListType:
                OfLists(data, Offsets.Of<long>(data), hashes);
                break;
            case FixedSizeListType list:
                OfLists(data, list.ListSize, hashes);
                break;
            case StructType:
                OfStructs(data, hashes);
                break;
            case FixedWidthType { BitWidth: var bits }:
                OfFixed(data, bits / 8, hashes);
                break;
            default:
                throw new UnsupportedFeatureException("arrow.type_not_hashed", $"Values of type {data.DataType.Name} cannot be compared. Leave the column out with --columns.");
        }

        int nulls = data.Buffers[0].IsEmpty ? 0 : data.GetNullCount();
        if (nulls > 0)
            ValueHash.SetNulls(data.Buffers[0].Span, data.Offset, hashes);
        return nulls;
    }

    private static long Hashed(ArrayData data) => (8L * data.Length) + Bytes(data);

    private static void OfBits(ArrayData data, Span<ulong> hashes)
    {
        ReadOnlySpan<ulong> both = [ValueHash.Of([0]), ValueHash.Of([1])];
        ReadOnlySpan<byte> bits = data.Buffers[1].Span;
        for (int slot = 0; slot < hashes.Length; slot++)
            hashes[slot] = both[BitUtility.GetBit(bits, data.Offset + slot) ? 1 : 0];
    }

    private static void OfFixed(ArrayData data, int width, Span<ulong> hashes) =>
        ValueHash.OfEach(data.Buffers[1].Span.Slice(checked(data.Offset * width), checked(data.Length * width)), width, hashes);

    private static void OfStructs(ArrayData data, Span<ulong> hashes)
    {
        hashes.Clear();
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(hashes.Length);
        Span<ulong> member = rented.AsSpan(0, hashes.Length);
        for (int i = 0; i < data.Children.Length; i++)
        {
            OfEach(data.Children[i].Slice(data.Offset, data.Length), member);
            ValueHash.AddField(member, i, hashes);
        }

        ValueHash.OfSums(hashes);
        ArrayPool<ulong>.Shared.Return(rented);
    }

    /// <summary>Of a map the items are structs of a key and a value.</summary>
    private static void OfLists<TOffset>(ArrayData data, ReadOnlySpan<TOffset> offsets, Span<ulong> hashes)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        ArrayData items = ItemsOf(data, offsets);
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(items.Length);
        Span<ulong> all = rented.AsSpan(0, items.Length);
        OfEach(items, all);
        bool isMap = data.DataType is MapType;
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            ReadOnlySpan<ulong> own = all[int.CreateTruncating(offsets[slot] - offsets[0])..int.CreateTruncating(offsets[slot + 1] - offsets[0])];
            hashes[slot] = isMap ? ValueHash.OfMap(own) : ValueHash.OfList(own);
        }

        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static void OfLists(ArrayData data, int size, Span<ulong> hashes)
    {
        ArrayData items = ItemsOf(data, size);
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(items.Length);
        Span<ulong> all = rented.AsSpan(0, items.Length);
        OfEach(items, all);
        for (int slot = 0; slot < hashes.Length; slot++)
            hashes[slot] = ValueHash.OfList(all.Slice(slot * size, size));
        ArrayPool<ulong>.Shared.Return(rented);
    }

    private static ArrayData ItemsOf<TOffset>(ArrayData data, ReadOnlySpan<TOffset> offsets)
        where TOffset : unmanaged, IBinaryInteger<TOffset> => ItemsOf(data, long.CreateTruncating(offsets[0]), long.CreateTruncating(offsets[^1]));

    private static ArrayData ItemsOf(ArrayData data, int size) => ItemsOf(data, (long)data.Offset * size, (long)(data.Offset + data.Length) * size);

    private static ArrayData ItemsOf(ArrayData data, long first, long end)
    {
        ArrayData child = data.Children[0];
        return first >= 0 && first <= end && end <= child.Length ? child.Slice((int)first, (int)(end - first)) : throw Offsets.Invalid();
    }

    private static int OfIndices(ArrayData data, DictionaryType type, Span<ulong> hashes)
    {
        ulong[] values = ArrayPool<ulong>.Shared.Rent(data.Dictionary.Length);
        Span<ulong> dictionary = values.AsSpan(0, data.Dictionary.Length);
        OfEach(data.Dictionary, dictionary);
        int nulls = type.IndexType.TypeId switch
        {
            ArrowTypeId.Int8 => Take(data, data.Values<sbyte>(), dictionary, hashes),
            ArrowTypeId.UInt8 => Take(data, data.Values<byte>(), dictionary, hashes),
            ArrowTypeId.Int16 => Take(data, data.Values<short>(), dictionary, hashes),
            ArrowTypeId.UInt16 => Take(data, data.Values<ushort>(), dictionary, hashes),
            ArrowTypeId.Int32 => Take(data, data.Values<int>(), dictionary, hashes),
            ArrowTypeId.UInt32 => Take(data, data.Values<uint>(), dictionary, hashes),
            ArrowTypeId.Int64 => Take(data, data.Values<long>(), dictionary, hashes),
            _ => Take(data, data.Values<ulong>(), dictionary, hashes),
        };
        ArrayPool<ulong>.Shared.Return(values);
        return nulls;
    }

    /// <returns>Number of nulls, also of those in the dictionary.</returns>
    private static int Take<TIndex>(ArrayData data, ReadOnlySpan<TIndex> indices, ReadOnlySpan<ulong> dictionary, Span<ulong> hashes)
        where TIndex : unmanaged, IBinaryInteger<TIndex>
    {
        ReadOnlySpan<byte> valid = data.Buffers[0].Span;
        int nulls = 0;
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            bool isNull = !valid.IsEmpty && !BitUtility.GetBit(valid, data.Offset + slot);
            // A negative index is a very large one here.
            ulong index = ulong.CreateTruncating(indices[slot]);
            hashes[slot] = isNull ? ValueHash.Null : index < (ulong)dictionary.Length ? dictionary[(int)index] : throw DictionaryText.Outside(dictionary.Length, long.CreateSaturating(index));
            // No value has just this hash, but for one in 2^64.
            nulls += hashes[slot] == ValueHash.Null ? 1 : 0;
        }

        return nulls;
    }
}
