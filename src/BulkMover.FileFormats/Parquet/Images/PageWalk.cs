using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Images;

/// <summary>
/// Goes from page header to page header through a column chunk before native code sees it: every page within the chunk, sizes that
/// can be true, a dictionary only at the beginning, and exactly the values that the footer promises.
/// </summary>
internal static class PageWalk
{
    /// <returns>The sizes of the chunk's pages.</returns>
    /// <exception cref="ThriftException">The chunk breaks a rule; the message says which.</exception>
    public static PageSizes Check(NativeBlock image, long offset, long bytes, ParquetColumnChunk chunk, SchemaNode leaf)
    {
        long end = offset + bytes;
        long values = 0;
        PageLocation[] promised = [.. chunk.Pages?.Where(page => page.Rows > 0) ?? []];
        int next = 0;
        var sizes = new PageSizes(0, 0, 0, OnlyDictionary: true) { Pages = RowSizes.MayVary(leaf) ? [] : null };
        for (bool isFirst = true; values < chunk.Values; isFirst = false)
        {
            if (offset >= end)
                throw new ThriftException($"its pages end after {values} of {chunk.Values} values");

            PageHeader page = PageHeader.Parse(image.Span(offset, (int)Math.Min(end - offset, int.MaxValue)));
            offset += page.HeaderBytes;
            CheckPage(page, end - offset, chunk, leaf.Element, isFirst);
            offset += page.CompressedBytes;
            sizes = sizes.With(page);
            if (page.Kind is not (PageKind.Data or PageKind.DataV2))
                continue;
            values += page.Values;
            if ((leaf.HasDefinitionLevels && page.DefinitionEncoding == PageHeader.BitPacked) || (leaf.IsRepeated && page.RepetitionEncoding == PageHeader.BitPacked))
                sizes = sizes with { HasBitPackedLevels = true };
            if (chunk.Pages is not null)
                CheckPromise(page, next < promised.Length ? promised[next++] : default);
        }

        if (values > chunk.Values)
            throw new ThriftException($"its pages have {values} values, the footer says {chunk.Values}");
        return sizes;
    }

    /// <summary>Rows were left out by what the page index says, so that it has to be true.</summary>
    private static void CheckPromise(PageHeader page, PageLocation promised)
    {
        if (page.Values != promised.Rows || page.HeaderBytes + (long)page.CompressedBytes != promised.Bytes)
        {
            throw new ThriftException(
                $"a page has {page.Values} rows in {page.HeaderBytes + (long)page.CompressedBytes} bytes, the page index says {promised.Rows} in {promised.Bytes}");
        }
    }

    private static void CheckPage(PageHeader page, long bytesLeft, ParquetColumnChunk chunk, SchemaElement leaf, bool isFirst)
    {
        if (page.CompressedBytes > bytesLeft)
            throw new ThriftException($"a page of {page.CompressedBytes} bytes goes beyond the {bytesLeft} that are left of the chunk");
        if (page.Values < 0)
            throw new ThriftException($"a page of type {page.Kind} has no header of that type");
        if (page.LevelBytes > Math.Min(page.CompressedBytes, page.UncompressedBytes))
            throw new ThriftException($"a page of {page.CompressedBytes} bytes has {page.LevelBytes} bytes of levels");
        if (page.UncompressedBytes > MaxUncompressed(page, chunk.Codec))
            throw new ThriftException($"a page of {page.CompressedBytes} bytes cannot become {page.UncompressedBytes} ({chunk.Codec})");
        if (page.Kind != PageKind.Dictionary)
            return;
        if (!isFirst)
            throw new ThriftException("a dictionary page stands behind other pages");
        if (page.Values * MinValueBytes(leaf) > page.UncompressedBytes)
            throw new ThriftException($"a dictionary of {page.Values} entries cannot lie in {page.UncompressedBytes} bytes");
    }

    /// <summary>The most that a codec can make of the bytes, so that a few of them cannot ask for gigabytes.</summary>
    private static long MaxUncompressed(PageHeader page, CompressionCodec codec)
    {
        const long slack = 1024;
        return codec switch
        {
            CompressionCodec.Uncompressed => page.CompressedBytes,
            // A copy of 64 bytes takes three; format_description.txt of Snappy.
            CompressionCodec.Snappy => (22L * page.CompressedBytes) + slack,
            // A length grows by 255 with each byte; lz4_Block_format.md.
            CompressionCodec.Lz4 or CompressionCodec.Lz4Raw => (255L * page.CompressedBytes) + slack,
            // A match of 258 bytes takes two bits; RFC 1951.
            CompressionCodec.Gzip => (1032L * page.CompressedBytes) + slack,
            // A block of one byte repeated takes four and becomes 128 KiB; RFC 8878, "Blocks".
            CompressionCodec.Zstd => (32L * 1024 * page.CompressedBytes) + slack,
            // The others know runs without a bound.
            _ => long.MaxValue,
        };
    }

    private static int MinValueBytes(SchemaElement leaf) => leaf.Type switch
    {
        PhysicalType.Int32 or PhysicalType.Float or PhysicalType.ByteArray => 4,
        PhysicalType.Int64 or PhysicalType.Double => 8,
        PhysicalType.Int96 => ImageSchema.Int96Bytes,
        PhysicalType.FixedLenByteArray => leaf.TypeLength ?? 0,
        _ => 0,
    };
}
