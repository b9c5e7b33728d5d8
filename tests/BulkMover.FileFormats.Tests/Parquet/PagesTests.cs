using BulkMover.Core.Errors;
using Xunit;
using static BulkMover.FileFormats.Tests.Parquet.HandMadeFile;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>parquet.thrift, "PageHeader"; Encodings.md and README.md, "Data Pages": what only some writers ever wrote.</summary>
public sealed class PagesTests
{
    private const int Required = 0, Optional = 1;

    [Fact]
    public async Task ReadAsync_PagesOfUnknownTypes_AreSteppedOver()
    {
        using var file = new ParquetTestFile();
        Write(file, Required, 3, 0, [0], PageOfType(1, [9, 9, 9, 9]), Page(2, Plain(1, 2)), PageOfType(77, [8]), Page(1, Plain(3)));

        Assert.Equal(["""{"c":1}""", """{"c":2}""", """{"c":3}"""], await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_EmptyDataPage_HoldsNoRows()
    {
        using var file = new ParquetTestFile();
        Write(file, Required, 2, 0, [0], Page(1, Plain(1)), Page(0, []), Page(1, Plain(2)));

        Assert.Equal(["""{"c":1}""", """{"c":2}"""], await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_SecondVersionNotCompressed_IsTakenAsItIs()
    {
        // A literal of Snappy: the length, then a tag with the length less one.
        byte[] snappy = [8, 7 << 2, .. Plain(3, 4)];
        using var file = new ParquetTestFile();
        Write(file, Required, 6, 1, [0], PageV2(2, 8, Plain(1, 2), isCompressed: false), PageV2(2, 8, snappy, isCompressed: true), PageV2(2, 8, snappy, isCompressed: null));

        Assert.Equal([1, 2, 3, 4, 3, 4], (await file.ReadAsync()).Select(line => line[5] - '0'));
    }

    [Fact]
    public async Task ReadAsync_BitPackedLevelsOfAColumnWithoutLevels_AreNothing()
    {
        using var file = new ParquetTestFile();
        Write(file, Required, 2, 0, [0, 4], Page(2, Plain(1, 2), levels: 4));

        Assert.Equal(["""{"c":1}""", """{"c":2}"""], await file.ReadAsync());
    }

    [Fact]
    public async Task ReadAsync_BitPackedLevels_AreRefusedByName()
    {
        using var file = new ParquetTestFile();
        Write(file, Optional, 2, 0, [0, 4], Page(2, [0b1000_0000, .. Plain(1)], levels: 4));

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync());

        Assert.Contains("BIT_PACKED", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(-1)]
    public async Task ReadAsync_EncodingThatIsNotKnown_IsRefusedByNameBeforeItsPagesAreRead(int encoding)
    {
        using var file = new ParquetTestFile();
        Write(file, Required, 1, 0, [3, encoding], Page(1, Plain(1)));

        var error = await Assert.ThrowsAsync<UnsupportedFeatureException>(() => file.ReadAsync());

        Assert.Contains($"encoding {encoding}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_PagesOfTheDictionaryWithoutADictionary_ThrowsCorruptTable()
    {
        using var file = new ParquetTestFile();
        Write(file, Required, 1, 0, [8], Page(1, [1, 2, 0], encoding: 8));

        await Assert.ThrowsAsync<CorruptTableException>(() => file.ReadAsync());
    }
}
