using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using Xunit;

namespace BulkMover.Core.Tests.Scans;

/// <summary>Bytes by hand after RoaringFormatSpec, with its "Extension for 64-bit implementations".</summary>
public sealed class PositionSetTests
{
    private static readonly byte[] OneBitmap = [1, 0, 0, 0, 0, 0, 0, 0];
    private static readonly byte[] WithoutRuns = [0x3A, 0x30, 0, 0];

    /// <summary>Positions 1, 3 and 0x10002, the last in a container of its own.</summary>
    private static readonly byte[] Lists =
    [
        .. OneBitmap, 0, 0, 0, 0, .. WithoutRuns, 2, 0, 0, 0,
        0, 0, 1, 0, 1, 0, 0, 0, // keys 0 and 1, cardinalities less one
        24, 0, 0, 0, 28, 0, 0, 0, // offsets
        1, 0, 3, 0, 2, 0,
    ];

    [Fact]
    public void Parse_Lists_HasTheirPositions()
    {
        PositionSet set = PositionSet.Parse(Lists, 3);

        Assert.Equal((3, true, true, true, false), (set.Count, set.Contains(1), set.Contains(3), set.Contains(0x10002), set.Contains(2)));
    }

    [Fact]
    public void Parse_Nothing_IsEmpty() => Assert.Equal(0, PositionSet.Parse(new byte[8], 0).Count);

    [Fact]
    public void Parse_HighBits_ArePartOfThePosition()
    {
        byte[] bytes = [.. Lists];
        bytes[8] = 2;

        Assert.True(PositionSet.Parse(bytes, 3).Contains((2L << 32) + 3));
    }

    [Fact]
    public void Parse_Bitmap_HasItsPositions()
    {
        byte[] bits = new byte[8192];
        // 5,000 positions: every one up to 4,999.
        System.Array.Fill(bits, (byte)0xFF, 0, 625);
        PositionSet set = PositionSet.Parse([.. OneBitmap, 0, 0, 0, 0, .. WithoutRuns, 1, 0, 0, 0, 0, 0, 0x87, 0x13, 16, 0, 0, 0, .. bits], 5000);

        Assert.Equal((5000, true, false), (set.Count, set.Contains(4999), set.Contains(5000)));
    }

    [Fact]
    public void Parse_Runs_HasTheirPositions()
    {
        // Cookie with runs for one container, flagged; runs of 10 to 12 and 20 alone; no offsets below four containers.
        PositionSet set = PositionSet.Parse(
            [.. OneBitmap, 0, 0, 0, 0, 0x3B, 0x30, 0, 0, 1, 0, 0, 3, 0, 2, 0, 10, 0, 2, 0, 20, 0, 0, 0], 4);

        Assert.Equal((4, true, true, false, true), (set.Count, set.Contains(10), set.Contains(12), set.Contains(13), set.Contains(20)));
    }

    [Theory]
    [InlineData(0, 2)] // one part too many
    [InlineData(11, 0x80)] // negative positions
    [InlineData(12, 0)] // no cookie
    [InlineData(24, 0)] // containers that do not ascend
    [InlineData(36, 9)] // positions that do not ascend
    public void Parse_BrokenBytes_ThrowsCorruptTable(int place, byte value)
    {
        byte[] bytes = [.. Lists];
        bytes[place] = value;

        Assert.Equal("deletes.bitmap_broken", Assert.Throws<CorruptTableException>(() => PositionSet.Parse(bytes, 3)).Code);
    }

    [Fact]
    public void Parse_AnyTruncationOrSurplus_ThrowsCorruptTable()
    {
        for (int length = 0; length < Lists.Length; length++)
            Assert.Throws<CorruptTableException>(() => PositionSet.Parse(Lists.AsSpan(0, length), 3));
        Assert.Throws<CorruptTableException>(() => PositionSet.Parse([.. Lists, 0], 3));
    }

    [Fact]
    public void Parse_MorePositionsThanThereMayBe_ThrowsBeforeItHoldsThem() =>
        Assert.Throws<CorruptTableException>(() => PositionSet.Parse(Lists, 2));

    [Fact]
    public void Parse_FewBytesThatStandForMillions_TakeNoMemory()
    {
        // 65,536 containers of one run over all 65,536 positions: four billion in a megabyte.
        var bytes = new List<byte>([.. OneBitmap, 0, 0, 0, 0, 0x3B, 0x30, 0xFF, 0xFF, .. Enumerable.Repeat((byte)0xFF, 8192)]);
        for (int key = 0; key < 65_536; key++)
            bytes.AddRange([(byte)key, (byte)(key >> 8), 0xFF, 0xFF]);
        bytes.AddRange(new byte[4 * 65_536]);
        for (int key = 0; key < 65_536; key++)
            bytes.AddRange([1, 0, 0, 0, 0xFF, 0xFF]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<CorruptTableException>(() => PositionSet.Parse([.. bytes], 1_000_000));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
    }

    [Fact]
    public void ToRoaring_Lists_AreTheBytesOfTheSpecification() => Assert.Equal(Lists, Of(1, 3, 0x10002).ToRoaring());

    [Fact]
    public void ToRoaring_Nothing_IsNoBitmap() => Assert.Equal(new byte[8], new PositionSet().ToRoaring());

    [Fact]
    public void ToRoaring_MoreThanAListHolds_IsABitmap()
    {
        byte[] bits = new byte[8192];
        // 4,104 positions: every one up to 4,103.
        System.Array.Fill(bits, (byte)0xFF, 0, 513);

        Assert.Equal([.. OneBitmap, 0, 0, 0, 0, .. WithoutRuns, 1, 0, 0, 0, 0, 0, 0x07, 0x10, 16, 0, 0, 0, .. bits], Of([.. Enumerable.Range(0, 4104)]).ToRoaring());
    }

    [Fact]
    public void ToRoaring_MostThatAListHolds_IsAList()
    {
        byte[] bytes = Of([.. Enumerable.Range(0, 4096)]).ToRoaring();

        Assert.Equal(8 + 4 + 16 + 8192, bytes.Length);
        Assert.Equal([0xFE, 0x0F, 0xFF, 0x0F], bytes[^4..]);
    }

    [Fact]
    public void ToRoaring_PositionsBeyond32Bits_AreBitmapsOfTheirOwn()
    {
        var set = new PositionSet();
        set.Add((2L << 32) + 3);
        set.Add(1);

        Assert.Equal(
            [
                2, 0, 0, 0, 0, 0, 0, 0,
                0, 0, 0, 0, .. WithoutRuns, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 1, 0,
                2, 0, 0, 0, .. WithoutRuns, 1, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 3, 0,
            ],
            set.ToRoaring());
    }

    [Fact]
    public void Mark_BatchAcrossChunks_MarksItsRowsAndKeepsMarks()
    {
        using var keys = new RecordBatch(new Schema([], null), [], 6);
        bool[] deleted = [true, false, false, false, false, false];

        PositionSet.Parse(Lists, 3).Mark(keys, 0xFFFE, deleted);

        Assert.Equal([true, false, false, false, true, false], deleted);
    }

    [Theory]
    [InlineData(10, 10, true)]
    [InlineData(9, 2, false)]
    [InlineData(19, 2, false)]
    [InlineData(22, 1, true)]
    [InlineData(10, 13, false)]
    [InlineData(60_000, 100_000, true)]
    [InlineData(59_999, 100_000, false)]
    [InlineData(60_000, 100_001, false)]
    [InlineData(131_072, 1, true)]
    [InlineData(200_000, 1, false)]
    public void HasAll_StretchesInListsAndBitmaps_TellsWhetherNoneIsMissing(long first, long count, bool expected)
    {
        var set = new PositionSet();
        foreach (int position in Enumerable.Range(10, 10).Append(22).Concat(Enumerable.Range(60_000, 100_000)))
            set.Add(position);

        Assert.Equal(expected, set.HasAll(first, count));
    }

    [Fact]
    public void Add_MoreThanAListHolds_KeepsAll()
    {
        var set = new PositionSet();
        for (int position = 10_000; position > 0; position--)
            set.Add(position);
        set.Add(7);

        Assert.Equal((10_000, false, true), (set.Count, set.Contains(0), set.Contains(10_000)));
    }

    private static PositionSet Of(params int[] positions)
    {
        var set = new PositionSet();
        foreach (int position in positions)
            set.Add(position);
        return set;
    }
}
