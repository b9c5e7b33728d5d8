using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Writes the values of a column, its nulls being written already. Holds no state of a batch.</summary>
internal abstract class ValueEncoder
{
    public virtual void WritePrefix(BlockWriter writer)
    {
    }

    /// <summary>Upper bound of the bytes that <see cref="Write"/> copies.</summary>
    public abstract long CopiedBytes(ArrayData data);

    /// <summary>Writes one value a slot. What is written for a slot without a value does not matter, but it must be a value.</summary>
    public abstract void Write(ArrayData data, Validity valid, BlockWriter writer);

    /// <inheritdoc cref="ColumnEncoder.HashBytes"/>
    public virtual long HashBytes(ArrayData data) => 0;

    /// <summary>Hashes one value a slot, as <see cref="ColumnEncoder.Hash"/>. The hash of a slot without a value does not matter.</summary>
    public abstract void Hash(ArrayData data, Validity valid, Span<ulong> hashes);
}
