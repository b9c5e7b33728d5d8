using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>
/// A dictionary as LowCardinality: a version, then for each block the width of the indices, the keys, and the indices. The first key is a
/// default, which also stands for null; the dictionary's values follow.
/// </summary>
/// <param name="type">The column.</param>
/// <param name="index">Type of Arrow's indices.</param>
/// <param name="keys">Encoder of the dictionary's values.</param>
internal sealed class LowCardinalityColumn(MappedType type, ArrowTypeId index, ValueEncoder keys) : ColumnEncoder
{
    // The block brings its keys with it, and nobody keeps them for the next one.
    private const ulong HasOwnKeys = 1 << 9;
    private const ulong IsNewDictionary = 1 << 10;
    private const ulong Version = 1;

    private readonly ArrayData defaultKey = DictionaryDefault.Of(type.Children[0].Field.DataType);

    public override void WritePrefix(BlockWriter writer) => writer.WriteUInt64(Version);

    public override long CopiedBytes(ArrayData data)
    {
        long keyBytes = keys.CopiedBytes(data.Dictionary);
        // Of a dictionary larger than the column, the values in use are gathered before they are written.
        bool gathers = data.Dictionary.Length > data.Length;
        return 24 + keys.CopiedBytes(defaultKey) + (gathers ? 2 * keyBytes : keyBytes) + (4L * data.Length);
    }

    public override void Write(ArrayData data, Validity parent, BlockWriter writer)
    {
        if (data.Length == 0)
            return;

        Validity valid = Validity.And(parent, Validity.Of(data), out byte[]? rented);
        using var indices = new DictionaryIndices(data, index, valid);
        Validity.Return(rented);
        if (!type.HoldsNulls)
            NullRefusal.ThrowIfAny(type, indices.Values, parent);

        Write(data.Dictionary, indices.Values, writer);
    }

    public override long HashBytes(ArrayData data) => (8L * data.Dictionary.Length) + (4L * data.Length);

    public override int Hash(ArrayData data, Validity parent, Span<ulong> hashes)
    {
        ulong[] own = ArrayPool<ulong>.Shared.Rent(data.Dictionary.Length);
        keys.Hash(data.Dictionary, Validity.Of(data.Dictionary), own.AsSpan(0, data.Dictionary.Length));
        int nulls = DictionaryIndices.TakeHashes(data, index, parent, own, hashes);
        ArrayPool<ulong>.Shared.Return(own);
        return nulls;
    }

    private void Write(ArrayData dictionary, Span<int> indices, BlockWriter writer)
    {
        if (dictionary.Length > indices.Length)
            dictionary = OnlyUsed(dictionary, indices, writer);
        int count = 1 + dictionary.Length;
        int width = count <= byte.MaxValue + 1 ? 1 : count <= ushort.MaxValue + 1 ? 2 : 4;
        writer.WriteUInt64(HasOwnKeys | IsNewDictionary | (ulong)BitOperations.Log2((uint)width));
        writer.WriteUInt64((ulong)count);
        keys.Write(defaultKey, Validity.AllOf(1), writer);
        keys.Write(dictionary, Validity.Of(dictionary), writer);

        writer.WriteUInt64((ulong)indices.Length);
        switch (width)
        {
            case 1: WriteIndices<byte>(indices, writer); break;
            case 2: WriteIndices<ushort>(indices, writer); break;
            default: WriteIndices<uint>(indices, writer); break;
        }
    }

    /// <summary>The values of a large dictionary that a few rows use, and the indices in it in place of those in the whole.</summary>
    private static ArrayData OnlyUsed(ArrayData dictionary, Span<int> indices, BlockWriter writer)
    {
        int[] newIndices = ArrayPool<int>.Shared.Rent(dictionary.Length);
        int[] used = ArrayPool<int>.Shared.Rent(indices.Length);
        newIndices.AsSpan(0, dictionary.Length).Fill(DictionaryIndices.Null);
        int count = 0;
        foreach (ref int index in indices)
        {
            if (index == DictionaryIndices.Null)
                continue;
            ref int newIndex = ref newIndices[index];
            if (newIndex == DictionaryIndices.Null)
            {
                newIndex = count;
                used[count++] = index;
            }

            index = newIndex;
        }

        ArrayData taken = TakenRows.Of(dictionary, used.AsSpan(0, count), writer);
        ArrayPool<int>.Shared.Return(newIndices);
        ArrayPool<int>.Shared.Return(used);
        return taken;
    }

    private static void WriteIndices<T>(ReadOnlySpan<int> indices, BlockWriter writer)
        where T : unmanaged, IBinaryInteger<T>
    {
        int size = Unsafe.SizeOf<T>();
        while (!indices.IsEmpty)
        {
            Span<T> room = MemoryMarshal.Cast<byte, T>(writer.Room(size));
            int count = Math.Min(room.Length, indices.Length);
            // Null is -1, so that it becomes the first key.
            for (int i = 0; i < count; i++)
                room[i] = T.CreateTruncating(indices[i] + 1);
            writer.Advance(count * size);
            indices = indices[count..];
        }
    }
}
