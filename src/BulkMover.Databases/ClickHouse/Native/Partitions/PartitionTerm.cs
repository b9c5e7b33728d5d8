using System.Buffers.Binary;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Batches;
using BulkMover.Core.Types;
using BulkMover.Databases.ClickHouse.Native.Columns;

namespace BulkMover.Databases.ClickHouse.Native.Partitions;

/// <summary>One part of a partition key: a function of one column.</summary>
/// <param name="Column">Number of the column in the batch.</param>
/// <param name="Function">What is done with each value.</param>
/// <param name="Unit">For calendar functions the source's units in a day or hour; for divisions the divisor; else 1.</param>
internal sealed record PartitionTerm(int Column, PartitionFunction Function, long Unit)
{
    private const ulong NullHash = 0x6E75_6C6C;

    /// <summary>Mixes each row's value into its hash.</summary>
    public void AddTo(Span<ulong> hashes, ArrayData data)
    {
        Validity valid = Validity.Of(data);
        if (data.DataType is DictionaryType dictionary)
        {
            AddEntries(hashes, data, dictionary.IndexType.TypeId, valid);
            return;
        }

        IArrowType type = SourceType.Storage(data.DataType);
        switch (type.TypeId)
        {
            case ArrowTypeId.Int8: Add(hashes, data.Values<sbyte>(), valid); break;
            case ArrowTypeId.UInt8: Add(hashes, data.Values<byte>(), valid); break;
            case ArrowTypeId.Int16: Add(hashes, data.Values<short>(), valid); break;
            case ArrowTypeId.UInt16: Add(hashes, data.Values<ushort>(), valid); break;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32 or ArrowTypeId.Time32: Add(hashes, data.Values<int>(), valid); break;
            case ArrowTypeId.UInt32: Add(hashes, data.Values<uint>(), valid); break;
            case ArrowTypeId.Int64 or ArrowTypeId.UInt64 or ArrowTypeId.Date64 or ArrowTypeId.Timestamp or ArrowTypeId.Time64:
                Add(hashes, data.Values<long>(), valid);
                break;
            case ArrowTypeId.Decimal32: AddDecimals(hashes, data.Values<int>(), valid); break;
            case ArrowTypeId.Decimal64: AddDecimals(hashes, data.Values<long>(), valid); break;
            case ArrowTypeId.Decimal128: AddDecimals(hashes, data.Values<Int128>(), valid); break;
            case ArrowTypeId.String or ArrowTypeId.Binary: AddBytes(hashes, data, valid); break;
            default: AddFixed(hashes, data, ((FixedWidthType)type).BitWidth / 8, valid); break;
        }
    }

    /// <summary>Whether a column of this type can be a key by itself.</summary>
    public static bool CanHash(IArrowType type) =>
        type is StringType or BinaryType || (type is FixedWidthType and not DictionaryType and not BooleanType);

    private void Add<T>(Span<ulong> hashes, ReadOnlySpan<T> values, Validity valid)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int row = 0; row < values.Length; row++)
            hashes[row] = Mix(hashes[row], valid.HoldsValue(row) ? (ulong)Function.Of(long.CreateTruncating(values[row]), Unit) : NullHash);
    }

    /// <summary>The same for the same number, however wide it comes.</summary>
    private static void AddDecimals<T>(Span<ulong> hashes, ReadOnlySpan<T> values, Validity valid)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int row = 0; row < values.Length; row++)
        {
            var value = Int128.CreateTruncating(values[row]);
            hashes[row] = valid.HoldsValue(row) ? Mix(Mix(hashes[row], (ulong)value), (ulong)(value >> 64)) : Mix(hashes[row], NullHash);
        }
    }

    private static void AddBytes(Span<ulong> hashes, ArrayData data, Validity valid)
    {
        if (data.Length == 0)
            return;
        ReadOnlySpan<int> offsets = Offsets.Of<int>(data);
        ReadOnlySpan<byte> bytes = data.Buffers[2].Span;
        for (int row = 0; row < data.Length; row++)
        {
            if (offsets[row + 1] < offsets[row] || offsets[row + 1] > bytes.Length)
                throw Offsets.Invalid();
            hashes[row] = valid.HoldsValue(row) ? Mix(hashes[row], bytes[offsets[row]..offsets[row + 1]]) : Mix(hashes[row], NullHash);
        }
    }

    /// <summary>Of text that comes as a dictionary: as if it came as text.</summary>
    private static void AddEntries(Span<ulong> hashes, ArrayData data, ArrowTypeId index, Validity valid)
    {
        using var indices = new DictionaryIndices(data, index, valid);
        for (int row = 0; row < data.Length; row++)
        {
            int entry = indices.Values[row];
            hashes[row] = entry == DictionaryIndices.Null ? Mix(hashes[row], NullHash) : Mix(hashes[row], data.Dictionary.BytesAt(entry));
        }
    }

    private static void AddFixed(Span<ulong> hashes, ArrayData data, int width, Validity valid)
    {
        ReadOnlySpan<byte> bytes = FixedValues.Of(data, width).Span;
        for (int row = 0; row < data.Length; row++)
            hashes[row] = valid.HoldsValue(row) ? Mix(hashes[row], bytes.Slice(row * width, width)) : Mix(hashes[row], NullHash);
    }

    private static ulong Mix(ulong hash, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        ulong rest = (ulong)bytes.Length;
        foreach (byte b in bytes)
            rest = (rest << 8) | b;
        return Mix(hash, rest);
    }

    /// <summary>Multiplies by the golden ratio's bits, which spreads neighbouring numbers over all 64.</summary>
    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E37_79B9_7F4A_7C15;
        return hash ^ (hash >> 32);
    }
}
