using Apache.Arrow;

namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Writes one column or nested column with its nulls. Holds no state of a batch.</summary>
internal abstract class ColumnEncoder
{
    /// <summary>Writes what comes before all values of a column of the table; nothing for most types.</summary>
    public virtual void WritePrefix(BlockWriter writer)
    {
    }

    /// <summary>Upper bound of the bytes that <see cref="Write"/> copies.</summary>
    public abstract long CopiedBytes(ArrayData data);

    /// <summary>Writes all slots of the data.</summary>
    /// <param name="data">The column; its offset and length are respected.</param>
    /// <param name="parent">Slots where the struct around it is not null; in others nothing counts, whatever the data says.</param>
    /// <param name="writer">Takes the bytes.</param>
    /// <exception cref="SlotException">A value or null has no equal in the target's type.</exception>
    public abstract void Write(ArrayData data, Validity parent, BlockWriter writer);

    /// <summary>Bytes that <see cref="Hash"/> takes at most beside the hashes.</summary>
    public virtual long HashBytes(ArrayData data) => 0;

    /// <summary>Hashes all slots of data that <see cref="Write"/> has taken, from the data and not from what it wrote.</summary>
    /// <param name="data">The column.</param>
    /// <param name="parent">As in <see cref="Write"/>; hashes of slots that do not count are anything.</param>
    /// <param name="hashes">One a slot (decisions/0008).</param>
    /// <returns>Number of nulls, without those of the struct around it where it has none itself.</returns>
    public abstract int Hash(ArrayData data, Validity parent, Span<ulong> hashes);
}
