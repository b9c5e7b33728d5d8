using BulkMover.FileFormats.Parquet.Decoding;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Encodings.md, "Run Length Encoding / Bit-Packing Hybrid": the bytes are put together by its grammar.</summary>
public sealed class HybridReaderTests
{
    [Fact]
    public void Read_PackedRun_GivesItsNumbers() =>
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Read(3, 8, [1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010]));

    [Fact]
    public void Read_RepeatedNumberOfTwoBytes_GivesItAsOften() => Assert.Equal([300, 300, 300, 300, 300], Read(9, 5, [5 << 1, 0x2C, 0x01]));

    [Fact]
    public void Read_LongRun_TakesItsHeaderOfSeveralBytes() => Assert.Equal(Enumerable.Repeat(1, 1000), Read(1, 1000, [0xD0, 0x0F, 1]));

    [Fact]
    public void Read_RunsOfBothKinds_FollowOneAnother() =>
        Assert.Equal([7, 7, 0, 1, 2, 3, 4, 5, 6, 7, 5], Read(3, 11, [2 << 1, 7, 1 << 1 | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010, 1 << 1, 5]));

    [Fact]
    public void Read_NumbersWithoutBits_AreZero() => Assert.Equal(new int[20], Read(0, 20, [4 << 1, 2 << 1 | 1]));

    [Fact]
    public void Read_EmptyRuns_AreNothing() => Assert.Equal([6, 6], Read(3, 2, [0, 5, 1, 2 << 1, 6]));

    [Fact]
    public void Read_LastGroupWithoutTheBytesThatFillIt_GivesWhatIsThere() => Assert.Equal([1, 1, 1], Read(8, 3, [1 << 1 | 1, 1, 1, 1]));

    [Fact]
    public void Read_InPartsOfAnySize_GivesTheSameNumbers()
    {
        uint[] numbers = [.. Enumerable.Range(0, 64).Select(i => (uint)i * 3 % 32)];
        byte[] runs = [100 << 1 & 0x7F | 0x80, 100 << 1 >> 7, 9, 8 << 1 | 1, .. BitsTests.Pack(numbers, 5)];
        int[] expected = [.. Enumerable.Repeat(9, 100), .. numbers.Select(number => (int)number)];
        for (int part = 1; part <= 40; part++)
        {
            var reader = new HybridReader();
            using var memory = new GuardedMemory(runs);
            reader.Begin(memory.Memory, 5);
            var read = new List<int>();
            while (read.Count < expected.Length)
            {
                int[] some = new int[Math.Min(part, expected.Length - read.Count)];
                reader.Read(some);
                read.AddRange(some);
            }

            Assert.Equal(expected, read);
        }
    }

    [Fact]
    public void ReadBits_RunsOfLevels_AreBitsAndTheirOnes()
    {
        var reader = new HybridReader();
        reader.Begin(new byte[] { 3 << 1, 1, 1 << 1 | 1, 0b0110_1001, 2 << 1, 0 }, 1);
        byte[] bits = [0xFF, 0xFF];

        Assert.Equal(3 + 4, reader.ReadBits(bits, 2, 13));
        // From the least significant bit on: two that stay, 111, 10010110, 00, one that stays.
        Assert.Equal([0b0011_1111, 0b1000_1101], bits);
    }

    [Theory]
    [InlineData(3, 9, new byte[] { 3, 0x88, 0xC6, 0xFA })]
    [InlineData(3, 1, new byte[] { })]
    [InlineData(3, 1, new byte[] { 0x80 })]
    [InlineData(9, 1, new byte[] { 2, 1 })]
    [InlineData(1, 1, new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 1 })]
    [InlineData(1, 1, new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 1 })]
    public void Read_BytesThatBreakTheEncoding_Throws(int width, int count, byte[] bytes) =>
        Assert.Throws<InvalidDataException>(() => Read(width, count, bytes));

    [Fact]
    public void ReadBits_LevelAboveOne_Throws()
    {
        var reader = new HybridReader();
        reader.Begin(new byte[] { 3 << 1, 2 }, 1);

        Assert.Throws<InvalidDataException>(() => reader.ReadBits(new byte[1], 0, 3));
    }

    private static int[] Read(int width, int count, byte[] bytes)
    {
        using var memory = new GuardedMemory(bytes);
        var reader = new HybridReader();
        reader.Begin(memory.Memory, width);
        int[] numbers = new int[count];
        reader.Read(numbers);
        return numbers;
    }
}
