namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>The byte arrays of a data page in one encoding. One for a column: page after page begins in it.</summary>
/// <exception cref="InvalidDataException">Thrown by every method for bytes that break the encoding or end too early.</exception>
internal abstract class TextValues
{
    /// <summary>Begins a page.</summary>
    /// <param name="page">Its values; stays as it is until the next page begins.</param>
    public abstract void Begin(ReadOnlyMemory<byte> page);

    /// <summary>Appends the next values, as many as <paramref name="ends"/> has room for.</summary>
    /// <param name="ends">Where each of them ends in the text.</param>
    /// <param name="text">What they are appended to.</param>
    public abstract void Read(Span<int> ends, TextBuffer text);
}
