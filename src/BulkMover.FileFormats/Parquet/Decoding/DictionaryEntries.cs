namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Byte arrays of a dictionary in PLAIN, and where each of them lies.</summary>
internal sealed class DictionaryEntries
{
    private int[] ends = [];

    public int Count { get; private set; }

    /// <summary>The page as it is, lengths included.</summary>
    public ReadOnlyMemory<byte> Page { get; private set; }

    /// <summary>Where the entries end, were they without their lengths.</summary>
    public ReadOnlySpan<int> Ends => ends.AsSpan(0, Count);

    /// <exception cref="InvalidDataException">There are not so many entries in it.</exception>
    public void Begin(ReadOnlyMemory<byte> page, int entries)
    {
        if ((long)entries * sizeof(int) > page.Length)
            throw new InvalidDataException($"a dictionary of {entries} entries cannot lie in {page.Length} bytes");
        if (entries > ends.Length)
            ends = new int[entries];
        (Page, Count) = (page, entries);
        PlainText.Measure(page.Span, ends.AsSpan(0, entries), 0);
    }

    /// <summary>Where an entry begins in the page, and how long it is.</summary>
    /// <exception cref="InvalidDataException">There is none of that number.</exception>
    public (int At, int Length) Find(int number)
    {
        if ((uint)number >= (uint)Count)
            throw DictionaryNumbers.Outside(number, Count);
        int start = number == 0 ? 0 : ends[number - 1];
        return (start + (sizeof(int) * (number + 1)), ends[number] - start);
    }
}
