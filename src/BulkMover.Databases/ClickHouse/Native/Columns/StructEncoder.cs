using System.Buffers;
using Apache.Arrow;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>A struct: its fields, one whole column after the other.</summary>
internal sealed class StructEncoder(ColumnEncoder[] fields) : ValueEncoder
{
    public override void WritePrefix(BlockWriter writer)
    {
        foreach (ColumnEncoder field in fields)
            field.WritePrefix(writer);
    }

    public override long CopiedBytes(ArrayData data)
    {
        long bytes = 0;
        for (int i = 0; i < fields.Length; i++)
            bytes += fields[i].CopiedBytes(Field(data, i));
        return bytes;
    }

    public override void Write(ArrayData data, Validity valid, BlockWriter writer)
    {
        for (int i = 0; i < fields.Length; i++)
            fields[i].Write(Field(data, i), valid, writer);
    }

    public override long HashBytes(ArrayData data)
    {
        long bytes = 0;
        for (int i = 0; i < fields.Length; i++)
            bytes = Math.Max(bytes, fields[i].HashBytes(Field(data, i)));
        return bytes + (8L * data.Length);
    }

    public override void Hash(ArrayData data, Validity valid, Span<ulong> hashes)
    {
        hashes.Clear();
        ulong[] rented = ArrayPool<ulong>.Shared.Rent(hashes.Length);
        Span<ulong> field = rented.AsSpan(0, hashes.Length);
        for (int i = 0; i < fields.Length; i++)
        {
            fields[i].Hash(Field(data, i), valid, field);
            ValueHash.AddField(field, i, hashes);
        }

        ArrayPool<ulong>.Shared.Return(rented);
        ValueHash.OfSums(hashes);
    }

    private static ArrayData Field(ArrayData data, int i) => data.Children[i].Slice(data.Offset, data.Length);
}
