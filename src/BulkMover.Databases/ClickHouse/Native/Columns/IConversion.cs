namespace BulkMover.Databases.ClickHouse.Native.Columns;

/// <summary>Turns one value; a struct, so that the loop over it is compiled for it alone.</summary>
internal interface IConversion<TIn, TOut>
{
    /// <returns>False when the value does not fit; the result is then anything.</returns>
    bool TryConvert(TIn value, out TOut result);
}
