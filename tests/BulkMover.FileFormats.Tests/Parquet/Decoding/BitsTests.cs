using System.Runtime.InteropServices;
using BulkMover.FileFormats.Parquet.Decoding;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Bits and packed numbers against the definition, bit by bit, in memory that ends with the last one.</summary>
public sealed class BitsTests
{
    [Fact]
    public void Unpack_ExampleOfTheSpecification_GivesZeroToSeven()
    {
        int[] values = new int[8];
        BitUnpacking.Unpack([0b1000_1000, 0b1100_0110, 0b1111_1010], 0, 3, values);

        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], values);
    }

    [Fact]
    public void Unpack_EveryWidthFromEveryNumber_GivesThePackedNumbers()
    {
        var random = new Random(1);
        for (int width = 0; width <= BitUnpacking.MaxWidth; width++)
        {
            uint[] numbers = [.. Enumerable.Range(0, 75).Select(_ => (uint)random.NextInt64() & (uint)((1UL << width) - 1))];
            using var packed = new GuardedMemory(Pack(numbers, width));
            for (int first = 0; first < 20; first++)
            {
                using var room = new GuardedMemory((numbers.Length - first) * sizeof(int));
                Span<int> values = MemoryMarshal.Cast<byte, int>(room.GetSpan());
                BitUnpacking.Unpack(packed.GetSpan(), first, width, values);

                Assert.Equal(numbers[first..].Select(number => (int)number), values.ToArray());
            }
        }
    }

    [Fact]
    public void Unpack_IntoBytes_GivesThePackedNumbers()
    {
        var random = new Random(3);
        for (int width = 0; width <= 8; width++)
        {
            uint[] numbers = [.. Enumerable.Range(0, 700).Select(_ => (uint)random.Next(1 << width))];
            using var packed = new GuardedMemory(Pack(numbers, width));
            for (int first = 0; first < 10; first++)
            {
                using var room = new GuardedMemory(numbers.Length - first);
                BitUnpacking.Unpack(packed.GetSpan(), first, width, room.GetSpan());

                Assert.Equal(numbers[first..].Select(number => (byte)number), room.GetSpan().ToArray());
            }
        }
    }

    [Fact]
    public void ExtractAndAppend_AnyMasks_PutTheChosenBitsOneBehindTheOther()
    {
        var random = new Random(4);
        for (int round = 0; round < 200; round++)
        {
            var expected = new List<bool>();
            ulong[] words = [ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue];
            while (expected.Count < 256)
            {
                ulong bits = (ulong)random.NextInt64() << random.Next(64), mask = random.Next(4) switch { 0 => ulong.MaxValue, 1 => 0, _ => (ulong)random.NextInt64() << random.Next(64) };
                int before = expected.Count;
                expected.AddRange(Enumerable.Range(0, 64).Where(i => (mask >> i & 1) == 1).Select(i => (bits >> i & 1) == 1));
                Bits.Append(words, before, Bits.Extract(bits, mask), expected.Count - before);
            }

            Assert.Equal(expected, Enumerable.Range(0, expected.Count).Select(i => (words[i / 64] >> (i % 64) & 1) == 1));
            Assert.True(expected.Count % 64 == 0 || words[expected.Count / 64] >> (expected.Count % 64) == 0);
        }
    }

    [Fact]
    public void AtLeast_LevelsOfAnyNumber_AreBitsOfThoseThatReachTheBound()
    {
        var random = new Random(5);
        for (int count = 0; count < 200; count++)
        {
            byte[] levels = [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(6))];
            using var guarded = new GuardedMemory(levels);
            ulong[] masks = new ulong[(count + 63) / 64];
            int bound = random.Next(7);
            LevelMasks.AtLeast(guarded.GetSpan(), bound, masks);

            Assert.Equal(Enumerable.Range(0, masks.Length * 64).Select(i => i < count && levels[i] >= bound), Enumerable.Range(0, masks.Length * 64).Select(i => (masks[i / 64] >> (i % 64) & 1) == 1));
        }
    }

    [Fact]
    public void Copy_FromAnyBitToAnyBit_CopiesThemCountsOnesAndLeavesTheOthers()
    {
        var random = new Random(2);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] from = new byte[random.Next(1, 30)], to = new byte[random.Next(1, 30)];
            random.NextBytes(from);
            random.NextBytes(to);
            int sourceFirst = random.Next(from.Length * 8), first = random.Next(to.Length * 8);
            int count = random.Next(Math.Min((from.Length * 8) - sourceFirst, (to.Length * 8) - first) + 1);
            using var source = new GuardedMemory(from);
            using var target = new GuardedMemory(to);

            int ones = Bits.Copy(source.GetSpan(), sourceFirst, target.GetSpan(), first, count);

            bool[] expected = [.. Enumerable.Range(0, to.Length * 8).Select(i => i >= first && i < first + count ? At(from, sourceFirst + i - first) : At(to, i))];
            byte[] copied = target.GetSpan().ToArray();
            Assert.Equal(expected, Enumerable.Range(0, to.Length * 8).Select(i => At(copied, i)));
            Assert.Equal(Enumerable.Range(sourceFirst, count).Count(i => At(from, i)), ones);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fill_AnyBits_MakesThemAlikeAndLeavesTheOthers(bool value)
    {
        byte[] before = [.. Enumerable.Repeat((byte)0x5A, 20)];
        for (int first = 0; first < 20; first++)
        {
            for (int count = 0; first + count <= 160; count++)
            {
                using var target = new GuardedMemory(before);
                Bits.Fill(target.GetSpan(), first, count, value);

                byte[] filled = target.GetSpan().ToArray();
                Assert.Equal(Enumerable.Range(0, 160).Select(i => i >= first && i < first + count ? value : At(before, i)), Enumerable.Range(0, 160).Select(i => At(filled, i)));
            }
        }
    }

    /// <summary>Numbers one after the other, the least significant bit of each first.</summary>
    public static byte[] Pack(ReadOnlySpan<uint> numbers, int width)
    {
        byte[] packed = new byte[((numbers.Length * width) + 7) / 8];
        for (int bit = 0; bit < numbers.Length * width; bit++)
            packed[bit / 8] |= (byte)((numbers[bit / width] >> (bit % width) & 1) << (bit % 8));
        return packed;
    }

    private static bool At(byte[] bytes, int bit) => (bytes[bit / 8] >> (bit % 8) & 1) == 1;
}
