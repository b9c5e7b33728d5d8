using BulkMover.FileFormats.Parquet.Decoding;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.HandMadeFile;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>README.md, "Nested Encoding": a row begins where the repetition level is 0.</summary>
public sealed class RowLengthsTests
{
    [Theory]
    [InlineData(10_000)]
    [InlineData(1_024)]
    [InlineData(777)]
    [InlineData(1)]
    public void Measure_LongRowAmongShortOnes_IsFoundWhereverPagesEnd(int pageValues)
    {
        int[] levels = [.. new int[100], 0, .. Enumerable.Repeat(2, 4_999), .. new int[100]];

        RowWindows rows = Measure(levels, pageValues, batchRows: 4);

        // The long row alone, with one neighbour, with three.
        Assert.Equal([8.0 * 5_003, 8.0 * 5_001, 8.0 * 5_000], Enumerable.Range(0, 3).Select(rows.Most));
    }

    [Fact]
    public void Measure_LastRow_IsOneToo() => Assert.Equal(8.0 * 300, Measure([0, 0, .. Enumerable.Repeat(1, 299)], 100, batchRows: 1).Most(0));

    [Fact]
    public void Measure_LevelsEndBeforeValuesDo_IsInvalid() => Assert.Throws<InvalidDataException>(() =>
    {
        using var codec = new PageCodec();
        using PageBuffer data = new(), dictionary = new();
        RowLengths.Measure(new ChunkPages(Page(9, [.. Levels(0, 1), .. Levels(0, 1)]), (1, 9), CompressionCodec.Uncompressed, (true, true), codec, (data, dictionary)),
            1, 8, new RowWindows(1), CancellationToken.None);
    });

    private static RowWindows Measure(int[] levels, int pageValues, int batchRows)
    {
        byte[] chunk = [.. levels.Chunk(pageValues).SelectMany(some => Page(some.Length, [.. Levels(some), .. Levels(some)]))];
        using var codec = new PageCodec();
        using PageBuffer data = new(), dictionary = new();
        var rows = new RowWindows(batchRows);
        RowLengths.Measure(new ChunkPages(chunk, (201, levels.Length), CompressionCodec.Uncompressed, (true, true), codec, (data, dictionary)), 2, 8, rows, CancellationToken.None);
        return rows;
    }
}
