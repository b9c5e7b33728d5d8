namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Looks whether all values of a column fit.</summary>
internal interface IValueCheck
{
    /// <param name="values">The values, fixed width.</param>
    /// <param name="valid">Slots that count.</param>
    /// <exception cref="SlotException">A value does not fit.</exception>
    void Check(ReadOnlySpan<byte> values, Validity valid);
}
