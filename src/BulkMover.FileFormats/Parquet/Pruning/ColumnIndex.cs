using BulkMover.FileFormats.Parquet.Metadata;
using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Pruning;

/// <summary>Statistics of the data pages of a chunk (parquet.thrift, <c>ColumnIndex</c>). They need not be in order: each page is looked at.</summary>
internal sealed class ColumnIndex
{
    private List<bool> nullPages = [];
    private List<byte[]> mins = [], maxes = [];
    private List<long>? nullCounts;

    private ColumnIndex()
    {
    }

    /// <param name="bytes">The struct.</param>
    /// <param name="pages">Number of data pages.</param>
    /// <returns>Null when the bytes are no such index of as many pages.</returns>
    public static ColumnIndex? TryParse(ReadOnlySpan<byte> bytes, int pages)
    {
        try
        {
            var index = new ColumnIndex();
            var reader = new CompactReader(bytes);
            int id = 0;
            while (reader.NextField(ref id, out CompactType type))
            {
                switch (id)
                {
                    case 1: index.nullPages = Booleans(ref reader, type); break;
                    case 2: index.mins = Binaries(ref reader, type); break;
                    case 3: index.maxes = Binaries(ref reader, type); break;
                    case 5: index.nullCounts = Integers(ref reader, type); break;
                    default: reader.Skip(type); break;
                }
            }

            return index.nullPages.Count == pages && index.mins.Count == pages && index.maxes.Count == pages && (index.nullCounts?.Count ?? pages) == pages
                ? index
                : null;
        }
        catch (ThriftException)
        {
            return null;
        }
    }

    /// <summary>Of one page; what is in doubt is left out.</summary>
    /// <param name="page">Its number.</param>
    /// <param name="rows">Its rows.</param>
    public ParquetStatistics StatisticsOf(int page, long rows)
    {
        long? nulls = nullCounts?[page];
        if (!nullPages[page])
            return new ParquetStatistics { MinValue = mins[page], MaxValue = maxes[page], NullCount = nulls };
        // "Writers have to set the corresponding entries in min_values and max_values to a byte[0]": one with bounds is no page of nulls.
        bool isSure = mins[page].Length == 0 && maxes[page].Length == 0 && (nulls ?? rows) == rows;
        return new ParquetStatistics { NullCount = isSure ? rows : null };
    }

    private static List<bool> Booleans(ref CompactReader reader, CompactType listType)
    {
        var values = new List<bool>();
        for (int count = reader.ListOf(listType, out CompactType element); count > 0; count--)
            values.Add(reader.BooleanElement(element));
        return values;
    }

    private static List<byte[]> Binaries(ref CompactReader reader, CompactType listType)
    {
        var values = new List<byte[]>();
        for (int count = reader.ListOf(listType, out CompactType element); count > 0; count--)
            values.Add(reader.Binary(element).ToArray());
        return values;
    }

    private static List<long> Integers(ref CompactReader reader, CompactType listType)
    {
        var values = new List<long>();
        for (int count = reader.ListOf(listType, out CompactType element); count > 0; count--)
            values.Add(reader.Int64(element));
        return values;
    }
}
