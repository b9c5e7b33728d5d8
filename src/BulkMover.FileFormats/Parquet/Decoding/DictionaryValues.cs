using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Values that are numbers of dictionary entries.</summary>
/// <param name="width">Bytes of a value.</param>
internal sealed class DictionaryValues(int width) : FixedValues
{
    /// <summary>Numbers that are unpacked at a time: they stay in the nearest cache.</summary>
    private const int AtOnce = 1024;

    private readonly DictionaryNumbers numbers = new();
    private readonly int[] unpacked = new int[AtOnce];
    private ReadOnlyMemory<byte>? dictionary;

    /// <summary>The entries of the pages that follow; null when their chunk has none.</summary>
    /// <exception cref="InvalidDataException">There are fewer bytes than that many entries have.</exception>
    public void SetDictionary((ReadOnlyMemory<byte> Bytes, int Entries)? chunk)
    {
        if (chunk is { } given && (long)given.Entries * width > given.Bytes.Length)
            throw new InvalidDataException($"a dictionary of {given.Entries} entries cannot lie in {given.Bytes.Length} bytes");
        dictionary = chunk?.Bytes[..(chunk.Value.Entries * width)];
    }

    public override void Begin(ReadOnlyMemory<byte> page)
    {
        if (dictionary is null)
            throw new InvalidDataException("a page has numbers of dictionary entries, but its chunk has no dictionary");
        numbers.Begin(page);
    }

    public override void Read(Span<byte> values)
    {
        ReadOnlySpan<byte> entries = dictionary!.Value.Span;
        while (!values.IsEmpty)
        {
            Span<int> some = unpacked.AsSpan(0, Math.Min(AtOnce, values.Length / width));
            numbers.Read(some);
            switch (width)
            {
                case 4: Gather<int>(entries, some, values); break;
                case 8: Gather<long>(entries, some, values); break;
                default: GatherBytes(entries, some, values); break;
            }

            values = values[(some.Length * width)..];
        }
    }

    private static void Gather<T>(ReadOnlySpan<byte> entryBytes, ReadOnlySpan<int> numbers, Span<byte> values)
        where T : unmanaged
    {
        ReadOnlySpan<T> entries = MemoryMarshal.Cast<byte, T>(entryBytes);
        Span<T> to = MemoryMarshal.Cast<byte, T>(values)[..numbers.Length];
        for (int i = 0; i < to.Length; i++)
        {
            int number = numbers[i];
            if ((uint)number >= (uint)entries.Length)
                throw DictionaryNumbers.Outside(number, entries.Length);
            to[i] = entries[number];
        }
    }

    private void GatherBytes(ReadOnlySpan<byte> entries, ReadOnlySpan<int> numbers, Span<byte> values)
    {
        int count = entries.Length / width;
        for (int i = 0; i < numbers.Length; i++)
        {
            if ((uint)numbers[i] >= (uint)count)
                throw DictionaryNumbers.Outside(numbers[i], count);
            entries.Slice(numbers[i] * width, width).CopyTo(values[(i * width)..]);
        }
    }
}
