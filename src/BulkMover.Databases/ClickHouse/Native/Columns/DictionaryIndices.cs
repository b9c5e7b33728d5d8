using System.Buffers;
using System.Numerics;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Digests;
using BulkMover.Core.Errors;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Which value of its dictionary each slot has. Rented: dispose it.</summary>
internal readonly ref struct DictionaryIndices : IDisposable
{
    /// <summary>The slot is null, or its value in the dictionary is.</summary>
    public const int Null = -1;

    private readonly int[] rented;

    /// <param name="data">A dictionary array.</param>
    /// <param name="index">Type of its indices.</param>
    /// <param name="valid">Slots that count.</param>
    /// <exception cref="CorruptTableException">An index points outside the dictionary.</exception>
    public DictionaryIndices(ArrayData data, ArrowTypeId index, Validity valid)
    {
        rented = ArrayPool<int>.Shared.Rent(data.Length);
        Values = rented.AsSpan(0, data.Length);
        switch (index)
        {
            case ArrowTypeId.Int8: Read(data.Values<sbyte>(), data, valid); break;
            case ArrowTypeId.UInt8: Read(data.Values<byte>(), data, valid); break;
            case ArrowTypeId.Int16: Read(data.Values<short>(), data, valid); break;
            case ArrowTypeId.UInt16: Read(data.Values<ushort>(), data, valid); break;
            case ArrowTypeId.Int32: Read(data.Values<int>(), data, valid); break;
            case ArrowTypeId.UInt32: Read(data.Values<uint>(), data, valid); break;
            case ArrowTypeId.Int64: Read(data.Values<long>(), data, valid); break;
            default: Read(data.Values<ulong>(), data, valid); break;
        }
    }

    /// <summary>Index of each slot's value, or <see cref="Null"/>.</summary>
    public Span<int> Values { get; }

    /// <summary>Gives each slot the hash of its value in the dictionary, or that of a null.</summary>
    /// <returns>Number of nulls.</returns>
    public static int TakeHashes(ArrayData data, ArrowTypeId index, Validity parent, ReadOnlySpan<ulong> dictionary, Span<ulong> hashes)
    {
        Validity valid = Validity.And(parent, Validity.Of(data), out byte[]? rented);
        using var indices = new DictionaryIndices(data, index, valid);
        Validity.Return(rented);
        int nulls = 0;
        for (int slot = 0; slot < hashes.Length; slot++)
        {
            bool isNull = indices.Values[slot] == Null;
            hashes[slot] = isNull ? ValueHash.Null : dictionary[indices.Values[slot]];
            nulls += isNull ? 1 : 0;
        }

        return nulls;
    }

    public void Dispose() => ArrayPool<int>.Shared.Return(rented);

    private void Read<T>(ReadOnlySpan<T> indices, ArrayData data, Validity valid)
        where T : unmanaged, IBinaryInteger<T>
    {
        Validity dictionary = Validity.Of(data.Dictionary);
        ulong count = (ulong)data.Dictionary.Length;
        for (int slot = 0; slot < indices.Length; slot++)
        {
            // A negative index is a very large one here.
            ulong index = ulong.CreateTruncating(indices[slot]);
            if (!valid.HoldsValue(slot))
                Values[slot] = Null;
            else if (index >= count)
                throw DictionaryText.Outside(data.Dictionary.Length, long.CreateSaturating(indices[slot]));
            else
                Values[slot] = dictionary.HoldsValue((int)index) ? (int)index : Null;
        }
    }
}
