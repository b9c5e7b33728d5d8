using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Images;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;
using Xunit;

namespace BulkMover.FileFormats.Tests.Parquet;

public sealed class PageWalkTests
{
    private static readonly SchemaNode Leaf = new(new SchemaElement { Name = "c", Type = PhysicalType.Int64 }, "c", [], 0, 1, MaxRepetition: 0);

    [Fact]
    public void Check_DictionaryAndTwoPages_TellsTheirSizes()
    {
        PageSizes sizes = Walk(4, CompressionCodec.Snappy, Page(2, 16, 20, 2), Page(0, 100, 10, 3), Page(0, 50, 10, 1));

        Assert.Equal(new PageSizes(100, 16, 2, OnlyDictionary: false) { Encodings = 1 << 0 }, sizes);
    }

    [Theory]
    [InlineData(true, 2, 8)]
    [InlineData(false, 2, 0)]
    [InlineData(false, 6, 8)]
    public void Check_PagesWithEncodings_TellsWhetherAllAreOfTheDictionary(bool all, int first, int second)
    {
        PageSizes sizes = Walk(4, CompressionCodec.Snappy, Page(2, 16, 20, 2), Page(0, 100, 10, 3, first), Page(0, 50, 10, 1, second));

        Assert.Equal(all, sizes.OnlyDictionary);
    }

    [Theory]
    [InlineData("values missing", 5, CompressionCodec.Snappy, 0, 16, 8, 4)]
    [InlineData("values too many", 3, CompressionCodec.Snappy, 0, 16, 8, 4)]
    [InlineData("negative values", 4, CompressionCodec.Snappy, 0, 16, 8, -4)]
    [InlineData("negative size", 4, CompressionCodec.Snappy, 0, 16, -8, 4)]
    [InlineData("longer than what is left", 4, CompressionCodec.Snappy, 0, 16, 9_000, 4)]
    [InlineData("more than the codec can make", 4, CompressionCodec.Snappy, 0, int.MaxValue, 100, 4)]
    [InlineData("more than ZSTD can make", 4, CompressionCodec.Zstd, 0, int.MaxValue, 100, 4)]
    [InlineData("uncompressed page that grows", 4, CompressionCodec.Uncompressed, 0, 16, 8, 4)]
    [InlineData("dictionary larger than its bytes", 4, CompressionCodec.Snappy, 2, 16, 8, 3)]
    public void Check_PageThatCannotBe_Throws(string what, long values, CompressionCodec codec, int type, int uncompressed, int compressed, int pageValues)
    {
        Exception? error = Record.Exception(() => Walk(values, codec, Page(type, uncompressed, compressed, pageValues)));

        Assert.True(error is ThriftException, what);
    }

    [Fact]
    public void Check_SecondDictionary_Throws() =>
        Assert.Throws<ThriftException>(() => Walk(4, CompressionCodec.Snappy, Page(2, 16, 20, 2), Page(2, 16, 20, 2), Page(0, 16, 8, 4)));

    [Fact]
    public void Check_LevelsLongerThanThePage_Throws() => Assert.Throws<ThriftException>(() => Walk(4, CompressionCodec.Snappy, Bytes(
        w =>
        {
            w.Int32(1, 3);
            w.Int32(2, 16);
            w.Int32(3, 8);
            w.BeginStruct(8);
            w.Int32(1, 4);
            w.Int32(2, 0);
            w.Int32(3, 4);
            w.Int32(4, 0);
            w.Int32(5, 9);
            w.Int32(6, 0);
            w.End();
        }, 8)));

    private static PageSizes Walk(long values, CompressionCodec codec, params byte[][] pages)
    {
        byte[] bytes = [.. pages.SelectMany(page => page)];
        using var block = new NativeBlock(bytes.Length);
        bytes.CopyTo(block.Span(0, bytes.Length));
        return PageWalk.Check(block, 0, bytes.Length, new ParquetColumnChunk { Values = values, Codec = codec }, Leaf);
    }

    private static byte[] Page(int type, int uncompressed, int compressed, int values, int encoding = 0) => Bytes(
        w =>
        {
            w.Int32(1, type);
            w.Int32(2, uncompressed);
            w.Int32(3, compressed);
            w.BeginStruct(type == 2 ? 7 : 5);
            w.Int32(1, values);
            w.Int32(2, encoding);
            w.End();
        }, Math.Clamp(compressed, 0, 100));

    private static byte[] Bytes(Action<CompactWriter> header, int body)
    {
        var writer = new CompactWriter();
        writer.BeginElement();
        header(writer);
        writer.End();
        return [.. writer.WrittenSpan, .. new byte[body]];
    }
}
