namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The values of a data page in one encoding, all of the same width. One for a column: page after page begins in it.</summary>
/// <exception cref="InvalidDataException">Thrown by every method for bytes that break the encoding or end too early.</exception>
internal abstract class FixedValues
{
    /// <summary>Begins a page.</summary>
    /// <param name="page">Its values; stays as it is until the next page begins.</param>
    public abstract void Begin(ReadOnlyMemory<byte> page);

    /// <summary>The next values as PLAIN has them, as many as there is room for.</summary>
    public abstract void Read(Span<byte> values);
}
