using Apache.Arrow;
using BulkMover.Core.Digests;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>A column of Arrow's null type, as Nullable(String): a null map of ones, then as many empty strings.</summary>
internal sealed class NullsColumn : ColumnEncoder
{
    public override long CopiedBytes(ArrayData data) => 2L * data.Length;

    public override void Write(ArrayData data, Validity parent, BlockWriter writer)
    {
        writer.Fill(1, data.Length);
        writer.Fill(0, data.Length);
    }

    public override int Hash(ArrayData data, Validity parent, Span<ulong> hashes)
    {
        hashes.Fill(ValueHash.Null);
        return data.Length;
    }
}
