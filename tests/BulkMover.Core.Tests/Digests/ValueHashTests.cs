using System.IO.Hashing;
using System.Numerics;
using BulkMover.Core.Digests;
using Xunit;

namespace BulkMover.Core.Tests.Digests;

/// <summary>Our hashes are those of the library, whatever way a value takes.</summary>
public sealed class ValueHashTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(1000)]
    public void OfEach_OneWidth_IsTheLibrarysHash(int width)
    {
        foreach (int count in (int[])[0, 1, 100])
        {
            byte[] values = Bytes(width * count);
            ulong[] hashes = new ulong[count];
            ValueHash.OfEach(values, width, hashes);
            Assert.Equal(Enumerable.Range(0, count).Select(i => XxHash64.HashToUInt64(values.AsSpan(i * width, width))), hashes);
        }
    }

    [Theory]
    [InlineData(0, 50)]
    [InlineData(1, 50)]
    [InlineData(1023, 70)]
    [InlineData(1024, 1)]
    [InlineData(1025, 70)]
    [InlineData(5000, 300)]
    public void OfEach_ManyLengths_IsTheLibrarysHash(int count, int lengths)
    {
        AssertLengths<int>(count, lengths);
        AssertLengths<long>(count, lengths);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    public void SetNulls_SomeSlots_LeavesTheOthers(int offset)
    {
        const int Slots = 77;
        byte[] bits = Bytes(20);
        bool[] valid = [.. Enumerable.Range(offset, Slots).Select(bit => (bits[bit / 8] >> (bit % 8) & 1) == 1)];
        ulong[] hashes = [.. Enumerable.Range(1, Slots).Select(i => (ulong)i)];

        ValueHash.SetNulls(bits, offset, hashes);

        Assert.Equal(valid.Select((isValid, i) => isValid ? (ulong)i + 1 : ValueHash.Null), hashes);
    }

    [Fact]
    public void AddField_TwoFields_AddsAndSumsEach()
    {
        ulong[] sums = [1, 2];
        Assert.Equal(ulong.MaxValue - 1, ValueHash.AddField([ulong.MaxValue, ulong.MaxValue], 0, sums));
        Assert.Equal(7UL, ValueHash.AddField([3, 4], 1, sums));
        Assert.Equal([unchecked(1 + ((ulong.MaxValue + 9) * ValueHash.Factor)), unchecked(2 + ((ulong.MaxValue + 12) * ValueHash.Factor))], sums);
    }

    private static void AssertLengths<TOffset>(int count, int lengths)
        where TOffset : unmanaged, IBinaryInteger<TOffset>
    {
        const int First = 3;
        var random = new Random(count);
        int[] ends = new int[count + 1];
        ends[0] = First;
        for (int i = 0; i < count; i++)
            ends[i + 1] = ends[i] + random.Next(lengths);
        byte[] values = Bytes(ends[^1]);
        ulong[] hashes = new ulong[count];
        HashByLength.OfEach<TOffset>(values, [.. ends.Select(TOffset.CreateChecked)], hashes);
        Assert.Equal(Enumerable.Range(0, count).Select(i => XxHash64.HashToUInt64(values.AsSpan(ends[i], ends[i + 1] - ends[i]))), hashes);
    }

    private static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
