using Apache.Arrow;
using BulkMover.Core.Digests;
using BulkMover.Core.Types;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Values behind a null map, or values that must be there.</summary>
internal sealed class ValueColumn(MappedType type, ValueEncoder values) : ColumnEncoder
{
    public override void WritePrefix(BlockWriter writer) => values.WritePrefix(writer);

    public override long CopiedBytes(ArrayData data) => (type.HoldsNulls ? data.Length : 0) + values.CopiedBytes(data);

    public override void Write(ArrayData data, Validity parent, BlockWriter writer)
    {
        Validity valid = Validity.And(parent, Validity.Of(data), out byte[]? rented);
        try
        {
            if (type.HoldsNulls)
                valid.WriteNullMap(writer);
            else if (valid.Nulls > parent.Nulls)
                throw NullRefusal.In(type, FirstNull(valid, parent));
            values.Write(data, valid, writer);
        }
        finally
        {
            Validity.Return(rented);
        }
    }

    public override long HashBytes(ArrayData data) => values.HashBytes(data);

    public override int Hash(ArrayData data, Validity parent, Span<ulong> hashes)
    {
        Validity valid = Validity.And(parent, Validity.Of(data), out byte[]? rented);
        values.Hash(data, valid, hashes);
        int nulls = type.HoldsNulls ? valid.Nulls : 0;
        if (nulls > 0)
            ValueHash.SetNulls(valid.Bits.Span, valid.Offset, hashes);
        Validity.Return(rented);
        return nulls;
    }

    private static int FirstNull(Validity valid, Validity parent)
    {
        int slot = 0;
        while (valid.HoldsValue(slot) || !parent.HoldsValue(slot))
            slot++;
        return slot;
    }
}
