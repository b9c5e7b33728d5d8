using System.Diagnostics.Metrics;

namespace BulkMover.FileFormats.Parquet;

/// <summary>What decoding counts, for whoever listens to .NET's metrics.</summary>
public static class ParquetMetrics
{
    /// <summary>Of the meter.</summary>
    public const string MeterName = "BulkMover.Parquet";

    /// <summary>Column chunks that were decoded; the tag <see cref="DecoderTag"/> says by which decoder.</summary>
    public const string ColumnChunks = "bulkmover.parquet.column_chunks";

    public const string DecoderTag = "decoder";

    /// <summary>Values of <see cref="DecoderTag"/>: our own decoder, and Arrow C++ for what that does not cover.</summary>
    public const string Own = "own", Native = "arrow";

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Chunks = Meter.CreateCounter<long>(ColumnChunks, "{chunk}", "Column chunks decoded");

    internal static void Decoding(long ownChunks, long nativeChunks)
    {
        if (ownChunks > 0)
            Chunks.Add(ownChunks, new KeyValuePair<string, object?>(DecoderTag, Own));
        if (nativeChunks > 0)
            Chunks.Add(nativeChunks, new KeyValuePair<string, object?>(DecoderTag, Native));
    }
}
