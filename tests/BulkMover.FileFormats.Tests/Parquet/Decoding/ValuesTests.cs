using System.Runtime.InteropServices;
using System.Text;
using Apache.Arrow.Memory;
using BulkMover.FileFormats.Parquet.Decoding;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>The encodings of values by the words and examples of Encodings.md, in memory that ends with the page.</summary>
public sealed class ValuesTests
{
    // 128 values in one miniblock; five values, the first 1; differences of at least 1, in no bits.
    private static readonly byte[] OneToFive = [0x80, 0x01, 1, 5, 1 << 1, 1 << 1, 0];

    // Eight values, the first 7; differences of at least -2, in two bits: 0 0 0 3 3 3 3.
    private static readonly byte[] DownAndUp = [0x80, 0x01, 1, 8, 7 << 1, 3, 2, 0b1100_0000, 0b0011_1111];

    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)0xFF, 30)];

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(5)]
    public void Spread_AnyValidity_PutsValuesWhereTheyBelongAndZerosElsewhere(int width)
    {
        var random = new Random(width);
        for (int round = 0; round < 400; round++)
        {
            int first = random.Next(20), count = random.Next(80), share = random.Next(11);
            byte[] bits = new byte[(first + count + 7) / 8];
            for (int i = 0; i < count; i++)
                Bits.Fill(bits, first + i, 1, random.Next(10) < share);
            int valid = Enumerable.Range(0, count).Count(i => Bits.IsSet(bits, first + i));
            byte[] values = new byte[count * width];
            random.NextBytes(values);
            byte[] expected = new byte[count * width];
            for (int i = 0, next = 0; i < count; i++)
            {
                if (Bits.IsSet(bits, first + i))
                    values.AsSpan(next++ * width, width).CopyTo(expected.AsSpan(i * width));
            }

            using GuardedMemory slots = new(values), validity = new(bits);
            ValueSpread.Spread(slots.GetSpan(), width, validity.GetSpan(), first, valid);

            Assert.Equal(expected, slots.GetSpan().ToArray());
        }
    }

    [Fact]
    public void Delta_ExamplesOfTheSpecification_GiveTheirValues()
    {
        Assert.Equal([1, 2, 3, 4, 5], Integers(new DeltaValues(4), OneToFive, 5));
        Assert.Equal([7, 5, 3, 1, 2, 3, 4, 5], Integers(new DeltaValues(4), [.. DownAndUp, .. Padding], 8));
        Assert.Equal([7, 5, 3, 1, 2, 3, 4, 5], Longs(new DeltaValues(8), [.. DownAndUp, .. Padding], 8));
    }

    [Fact]
    public void Delta_LastMiniblockWithoutThePaddingBytes_GivesItsValues() => Assert.Equal([7, 5, 3, 1, 2, 3, 4, 5], Integers(new DeltaValues(4), DownAndUp, 8));

    [Fact]
    public void Delta_DifferenceBeyondTheRange_WrapsAround()
    {
        // From the greatest to the least there is 1 to go, in 32 bits and in 64.
        Assert.Equal([int.MaxValue, int.MinValue], Integers(new DeltaValues(4), [0x80, 0x01, 1, 2, 0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 1 << 1, 0], 2));
        byte[] greatest = [0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01];
        Assert.Equal([long.MaxValue, long.MinValue], Longs(new DeltaValues(8), [0x80, 0x01, 1, 2, .. greatest, 1 << 1, 0], 2));
    }

    [Fact]
    public void Delta_DifferencesOf64Bits_AreRead()
    {
        byte[] all = [.. Enumerable.Range(0, 128).SelectMany(i => BitConverter.GetBytes(ulong.MaxValue - (ulong)i))];

        // 0 and then every difference, one to 128 less than nothing.
        Assert.Equal([0, -1, -3, -6], Longs(new DeltaValues(8), [0x80, 0x01, 1, 0x81, 0x01, 0, 0, 64, .. all], 4));
    }

    /// <summary>As DuckDB writes 32-bit integers from end to end: the differences, 2^32 - 1 down and then up, less the least.</summary>
    [Fact]
    public void Delta_DifferencesOf32BitIntegersIn33Bits_AreRead()
    {
        System.Numerics.BigInteger packed = (System.Numerics.BigInteger)0x1_FFFF_FFFE << 33;
        byte[] miniblock = new byte[128 / 8 * 33];
        packed.TryWriteBytes(miniblock, out _);
        byte[] greatest = [0xFE, 0xFF, 0xFF, 0xFF, 0x0F], least = [0xFD, 0xFF, 0xFF, 0xFF, 0x1F];

        Assert.Equal([int.MaxValue, int.MinValue, int.MaxValue], Integers(new DeltaValues(4), [0x80, 0x01, 1, 3, .. greatest, .. least, 33, .. miniblock], 3));
    }

    [Theory]
    [InlineData(new byte[] { 0x80, 0x01, 0, 5, 2, 2, 0 })]
    [InlineData(new byte[] { 0x80, 0x01, 5, 5, 2, 2, 0 })]
    [InlineData(new byte[] { 0x80, 0x01, 8, 5, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x08, 1, 5, 2, 2, 0 })]
    [InlineData(new byte[] { 0, 1, 5, 2, 2, 0 })]
    [InlineData(new byte[] { 0x80, 0x01, 1, 4, 2, 2, 0 })]
    [InlineData(new byte[] { 0x80, 0x01, 1, 5, 2, 2 })]
    [InlineData(new byte[] { 0x80, 0x01, 1, 5, 2, 2, 65, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x80, 0x01, 1, 5, 2, 2, 32, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0x80 })]
    public void Delta_BytesThatBreakTheEncoding_Throws(byte[] page) => Assert.Throws<InvalidDataException>(() => Integers(new DeltaValues(4), page, 5));

    [Fact]
    public void Split_ExampleOfTheSpecification_PutsTheBytesOfAValueTogether() => Assert.Equal(
        "AABBCCDD00112233A3B4C5D6",
        Convert.ToHexString(Bytes(new SplitValues(4), [0xAA, 0x00, 0xA3, 0xBB, 0x11, 0xB4, 0xCC, 0x22, 0xC5, 0xDD, 0x33, 0xD6], 12)));

    [Fact]
    public void Split_BytesThatAreNoWholeValues_Throws() => Assert.Throws<InvalidDataException>(() => Bytes(new SplitValues(4), new byte[7], 4));

    [Fact]
    public void DeltaLength_ExampleOfTheSpecification_GivesItsTexts()
    {
        // Lengths 5 5 6 6, as a first value and differences of at least 0 in one bit: 0 1 0.
        byte[] page = [0x80, 0x01, 1, 4, 5 << 1, 0, 1, 0b010, .. new byte[15], .. "HelloWorldFoobarABCDEF"u8];

        Assert.Equal(["Hello", "World", "Foobar", "ABCDEF"], Texts(new DeltaLengthText(), page, 4));
    }

    [Fact]
    public void DeltaText_ExampleOfTheSpecification_GivesItsTexts()
    {
        // Prefixes 0 2 0 3 (differences 2 -2 3, less -2: 4 0 5), rests of 4 2 6 5 (differences -2 4 -1, less -2: 0 6 1).
        byte[] prefixes = [0x80, 0x01, 1, 4, 0, 3, 3, .. BitsTests.Pack([4, 0, 5], 3), .. new byte[46]];
        byte[] rests = [0x80, 0x01, 1, 4, 4 << 1, 3, 3, .. BitsTests.Pack([0, 6, 1], 3), .. new byte[46]];

        Assert.Equal(["axis", "axle", "babble", "babyhood"], Texts(new DeltaText(), [.. prefixes, .. rests, .. "axislebabbleyhood"u8], 4));
    }

    [Fact]
    public void DeltaText_PrefixLongerThanTheTextBefore_Throws()
    {
        byte[] prefixes = [0x80, 0x01, 1, 2, 0, 4 << 1, 0], rests = [0x80, 0x01, 1, 2, 3 << 1, 0, 0];

        Assert.Throws<InvalidDataException>(() => Texts(new DeltaText(), [.. prefixes, .. rests, .. "abcdef"u8], 2));
    }

    [Theory]
    [InlineData(new byte[] { 3, 0, 0, 0, 1, 2 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 1, 2 })]
    [InlineData(new byte[] { 1, 0, 0 })]
    public void PlainText_LengthBeyondThePage_Throws(byte[] page) => Assert.Throws<InvalidDataException>(() => Texts(new PlainText(), page, 1));

    [Fact]
    public void PlainText_TextsAroundAStride_AreAllThere()
    {
        string[] texts = [.. Enumerable.Range(0, 70).Select(length => new string((char)('a' + (length % 26)), length))];
        byte[] page = [.. texts.SelectMany(text => (byte[])[.. BitConverter.GetBytes(text.Length), .. Encoding.UTF8.GetBytes(text)])];

        Assert.Equal(texts, Texts(new PlainText(), page, texts.Length));
    }

    private static int[] Integers(FixedValues values, byte[] page, int count) => MemoryMarshal.Cast<byte, int>(Bytes(values, page, count * 4)).ToArray();

    private static long[] Longs(FixedValues values, byte[] page, int count) => MemoryMarshal.Cast<byte, long>(Bytes(values, page, count * 8)).ToArray();

    private static byte[] Bytes(FixedValues values, byte[] page, int bytes)
    {
        using var memory = new GuardedMemory(page);
        using var read = new GuardedMemory(bytes);
        values.Begin(memory.Memory);
        values.Read(read.GetSpan());
        return read.GetSpan().ToArray();
    }

    private static string[] Texts(TextValues values, byte[] page, int count)
    {
        using var memory = new GuardedMemory(page);
        using var text = new TextBuffer("c", MemoryAllocator.Default.Value);
        values.Begin(memory.Memory);
        int[] ends = new int[count];
        values.Read(ends, text);
        string all = Encoding.UTF8.GetString(text.Tail(text.Length));
        return [.. ends.Select((end, i) => all[(i == 0 ? 0 : ends[i - 1])..end])];
    }
}
