using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>Where the data pages of a chunk lie and which rows they hold (parquet.thrift, <c>OffsetIndex</c>).</summary>
/// <param name="Pages">In file order, at least one.</param>
/// <param name="FirstRows">Of each page, in the row group; ascending from 0.</param>
internal sealed record OffsetIndex(PageLocation[] Pages, long[] FirstRows)
{
    /// <param name="bytes">The struct.</param>
    /// <param name="chunk">The chunk; its pages must fill it: elsewhere might lie one that the index does not tell.</param>
    /// <param name="rows">Of the row group; each page must have some.</param>
    /// <returns>Null when the bytes are no such index: without it nothing is left out.</returns>
    public static OffsetIndex? TryParse(ReadOnlySpan<byte> bytes, ParquetColumnChunk chunk, long rows)
    {
        try
        {
            var reader = new CompactReader(bytes);
            List<(long Offset, long Bytes, long FirstRow)> pages = [];
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                if (id == 1)
                    pages = Locations(ref reader, type);
                else
                    reader.Skip(type);
            }

            return Check(pages, chunk, rows);
        }
        catch (ThriftException)
        {
            return null;
        }
    }

    private static List<(long Offset, long Bytes, long FirstRow)> Locations(ref CompactReader reader, CompactType listType)
    {
        var pages = new List<(long, long, long)>();
        for (int count = reader.ListOfStructs(listType); count > 0; count--)
        {
            long offset = -1, length = -1, firstRow = -1;
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                switch (id)
                {
                    case 1: offset = reader.Int64(type); break;
                    case 2: length = reader.Int32(type); break;
                    case 3: firstRow = reader.Int64(type); break;
                    default: reader.Skip(type); break;
                }
            }

            pages.Add((offset, length, firstRow));
        }

        return pages;
    }

    private static OffsetIndex? Check(List<(long Offset, long Bytes, long FirstRow)> pages, ParquetColumnChunk chunk, long rows)
    {
        if (pages.Count == 0 || pages[0].FirstRow != 0)
            return null;
        var locations = new PageLocation[pages.Count];
        long[] firstRows = new long[pages.Count];
        long end = chunk.DataPageOffset, chunkEnd = chunk.Offset + chunk.CompressedBytes;
        for (int i = 0; i < locations.Length; i++)
        {
            (long offset, long bytes, firstRows[i]) = pages[i];
            long nextRow = i + 1 < pages.Count ? pages[i + 1].FirstRow : rows;
            if (offset != end || bytes <= 0 || bytes > chunkEnd - offset || nextRow <= firstRows[i] || nextRow > rows)
                return null;
            end = offset + bytes;
            locations[i] = new PageLocation(offset, bytes, nextRow - firstRows[i]);
        }

        return end == chunkEnd ? new OffsetIndex(locations, firstRows) : null;
    }
}
