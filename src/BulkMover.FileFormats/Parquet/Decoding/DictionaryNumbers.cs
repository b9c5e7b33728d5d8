namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Numbers of dictionary entries in a data page: a byte with their width in bits, then runs (Encodings.md, "Dictionary Encoding").</summary>
/// <exception cref="InvalidDataException">Thrown by every method for bytes that break the encoding or end too early.</exception>
internal sealed class DictionaryNumbers
{
    private readonly HybridReader runs = new();

    /// <summary>Begins a page.</summary>
    public void Begin(ReadOnlyMemory<byte> page)
    {
        // Of a page of nulls some writers leave the width out.
        int width = page.IsEmpty ? 0 : page.Span[0];
        if (width > BitUnpacking.MaxWidth)
            throw new InvalidDataException($"numbers of dictionary entries have {width} bits");
        runs.Begin(page.IsEmpty ? page : page[1..], width);
    }

    /// <summary>The next numbers, as many as there is room for; whether there are such entries is not looked at.</summary>
    public void Read(Span<int> numbers) => runs.Read(numbers);

    /// <summary>The error for a number that no entry has.</summary>
    public static InvalidDataException Outside(int number, int entries) => new($"a dictionary of {entries} entries is asked for number {(uint)number}");
}
