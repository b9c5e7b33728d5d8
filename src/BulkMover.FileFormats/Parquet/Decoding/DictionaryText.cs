namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Byte arrays that are numbers of dictionary entries.</summary>
internal sealed class DictionaryText : TextValues
{
    /// <summary>Numbers that are unpacked at a time: they stay in the nearest cache.</summary>
    private const int AtOnce = 1024;

    private readonly DictionaryNumbers numbers = new();
    private readonly int[] unpacked = new int[AtOnce];
    private DictionaryEntries? entries;

    /// <summary>The entries of the pages that follow; null when their chunk has none.</summary>
    public void SetDictionary(DictionaryEntries? chunk) => entries = chunk;

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        if (entries is null)
            throw new InvalidDataException("a page has numbers of dictionary entries, but its chunk has no dictionary");
        numbers.Begin(page);
    }

    public override void Read(Span<int> ends, TextBuffer text)
    {
        ReadOnlySpan<byte> page = entries!.Page.Span;
        while (!ends.IsEmpty)
        {
            Span<int> some = unpacked.AsSpan(0, Math.Min(AtOnce, ends.Length));
            numbers.Read(some);
            int start = text.Length;
            long bytes = 0;
            for (int i = 0; i < some.Length; i++)
            {
                bytes += entries.Find(some[i]).Length;
                ends[i] = (int)(start + bytes);
            }

            Span<byte> room = text.Extend(bytes);
            int place = 0;
            foreach (int number in some)
            {
                (int at, int length) = entries.Find(number);
                TextBuffer.Copy(page, at, length, room, place);
                place += length;
            }

            ends = ends[some.Length..];
        }
    }
}
