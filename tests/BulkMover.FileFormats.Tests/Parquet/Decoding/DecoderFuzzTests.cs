using System.Runtime.InteropServices;
using Apache.Arrow.Memory;
using BulkMover.FileFormats.Parquet.Decoding;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>
/// Pages of any bytes: each decoder gives values or says that they are invalid, and touches no byte behind the page or behind the room for
/// values. Whole files are damaged in <see cref="Mutations.MutationTests"/>.
/// </summary>
public sealed class DecoderFuzzTests
{
    private const int Pages = 4_000, Values = 200;

    public static TheoryData<string> Decoders => [.. Readers.Keys];

    private static Dictionary<string, Action<Memory<byte>, Random>> Readers { get; } = new()
    {
        ["runs"] = (page, random) => Runs(page, random.Next(BitUnpacking.MaxWidth + 1)),
        ["levels"] = (page, random) =>
        {
            var reader = new HybridReader();
            reader.Begin(page, 1);
            using var bits = new GuardedMemory((Values + 7) / 8);
            reader.ReadBits(bits.GetSpan(), 0, Values);
        },
        ["level bytes"] = (page, random) =>
        {
            var reader = new HybridReader();
            reader.Begin(page, random.Next(9));
            using var levels = new GuardedMemory(Values);
            reader.Read(levels.GetSpan());
        },
        ["plain"] = (page, _) => Fixed(new PlainValues(), page, 8),
        ["delta 32"] = (page, _) => Fixed(new DeltaValues(4), page, 4),
        ["delta 64"] = (page, _) => Fixed(new DeltaValues(8), page, 8),
        ["delta bytes"] = (page, _) => Fixed(new DeltaBytes(3), page, 3),
        ["split"] = (page, random) => Fixed(new SplitValues(3), page, 3),
        ["dictionary 4"] = (page, random) => Dictionary(page, random, 4),
        ["dictionary 8"] = (page, random) => Dictionary(page, random, 8),
        ["dictionary 5"] = (page, random) => Dictionary(page, random, 5),
        ["plain text"] = (page, _) => Texts(new PlainText(), page),
        ["delta lengths"] = (page, _) => Texts(new DeltaLengthText(), page),
        ["delta text"] = (page, _) => Texts(new DeltaText(), page),
        ["dictionary text"] = (page, random) =>
        {
            var entries = new DictionaryEntries();
            using var dictionary = new GuardedMemory([1, 0, 0, 0, 7, 0, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3]);
            entries.Begin(dictionary.Memory, 3);
            var text = new DictionaryText();
            text.SetDictionary(entries);
            Texts(text, page);
        },
        ["entries"] = (page, random) => new DictionaryEntries().Begin(page, random.Next(10)),
        ["lz4"] = (page, random) =>
        {
            using var to = new GuardedMemory(random.Next(300));
            Lz4Block.Decompress(page.Span, to.GetSpan());
        },
    };

    [Theory]
    [MemberData(nameof(Decoders))]
    public void Read_PagesOfAnyBytes_AreValuesOrInvalid(string name)
    {
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < Pages; i++)
        {
            using var page = new GuardedMemory(AnyPage(random));
            try
            {
                Readers[name](page.Memory, random);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, Pages);
    }

    /// <summary>Small numbers more often than others: they are widths, headers and lengths that let a decoder come further.</summary>
    private static byte[] AnyPage(Random random)
    {
        byte[] page = new byte[random.Next(120)];
        random.NextBytes(page);
        int small = random.Next(1, 9);
        for (int i = 0; i < page.Length; i++)
        {
            if (random.Next(3) > 0)
                page[i] = (byte)random.Next(small);
        }

        // The header of a block that is allowed; any would hardly ever be.
        if (page.Length > 4 && random.Next(2) == 0)
            (page[0], page[1], page[2]) = (0x80, 0x01, (byte)(1 << random.Next(3)));
        return page;
    }

    private static void Runs(Memory<byte> page, int width)
    {
        var reader = new HybridReader();
        reader.Begin(page, width);
        using var numbers = new GuardedMemory(Values * sizeof(int));
        reader.Read(MemoryMarshal.Cast<byte, int>(numbers.GetSpan()));
    }

    private static void Fixed(FixedValues values, Memory<byte> page, int width)
    {
        values.Begin(page);
        using var read = new GuardedMemory(Values * width);
        for (int at = 0; at < Values; at += 50)
            values.Read(read.GetSpan().Slice(at * width, 50 * width));
    }

    private static void Dictionary(Memory<byte> page, Random random, int width)
    {
        int entries = random.Next(20);
        using var dictionary = new GuardedMemory(entries * width);
        var values = new DictionaryValues(width);
        values.SetDictionary((dictionary.Memory, entries));
        Fixed(values, page, width);
    }

    private static void Texts(TextValues values, Memory<byte> page)
    {
        using var text = new TextBuffer("c", MemoryAllocator.Default.Value);
        values.Begin(page);
        int[] ends = new int[Values];
        for (int at = 0; at < Values; at += 50)
            values.Read(ends.AsSpan(at, 50), text);
        Assert.Equal(text.Length, ends[^1]);
        for (int i = 1; i < Values; i++)
            Assert.True(ends[i] >= ends[i - 1]);
    }
}
