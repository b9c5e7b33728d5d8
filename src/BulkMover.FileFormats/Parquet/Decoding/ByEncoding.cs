namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The readers of a column's values, one an encoding, made when a page first has it.</summary>
/// <param name="make">Makes one, by the number of the encoding.</param>
internal sealed class ByEncoding<TValues>(Func<int, TValues> make)
{
    private readonly Dictionary<int, TValues> made = [];

    public TValues Of(int encoding)
    {
        if (!made.TryGetValue(encoding, out TValues? values))
            made[encoding] = values = make(encoding);
        return values;
    }
}
