using BulkMover.FileFormats.Parquet.Thrift;

namespace BulkMover.FileFormats.Parquet.Metadata;

/// <summary>Statistics of a column chunk, uninterpreted (parquet.thrift, <c>Statistics</c>).</summary>
public sealed record ParquetStatistics
{
    /// <summary>Field <c>min</c>, deprecated: ordered by signed comparison.</summary>
    public byte[]? LegacyMin { get; private init; }

    /// <summary>Field <c>max</c>, deprecated.</summary>
    public byte[]? LegacyMax { get; private init; }

    public byte[]? MinValue { get; internal init; }

    public byte[]? MaxValue { get; internal init; }

    public long? NullCount { get; internal init; }

    public long? NanCount { get; private init; }

    internal static ParquetStatistics? TryParse(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return Parse(bytes);
        }
        catch (ThriftException)
        {
            return null;
        }
    }

    private static ParquetStatistics Parse(ReadOnlySpan<byte> bytes)
    {
        var reader = new CompactReader(bytes);
        byte[]? legacyMin = null, legacyMax = null, min = null, max = null;
        long? nulls = null, nans = null;
        int id = 0;
        while (reader.NextField(ref id, out CompactType type))
        {
            switch (id)
            {
                case 1: legacyMax = reader.Binary(type).ToArray(); break;
                case 2: legacyMin = reader.Binary(type).ToArray(); break;
                case 3: nulls = reader.Int64(type); break;
                case 5: max = reader.Binary(type).ToArray(); break;
                case 6: min = reader.Binary(type).ToArray(); break;
                case 9: nans = reader.Int64(type); break;
                default: reader.Skip(type); break;
            }
        }

        return new ParquetStatistics
        {
            LegacyMin = legacyMin, LegacyMax = legacyMax, MinValue = min, MaxValue = max, NullCount = nulls, NanCount = nans,
        };
    }
}
