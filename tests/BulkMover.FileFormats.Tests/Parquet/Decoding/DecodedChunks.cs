using System.Diagnostics.Metrics;
using BulkMover.FileFormats.Parquet;

namespace BulkMover.FileFormats.Tests.Parquet.Decoding;

/// <summary>Counts the column chunks that this test decodes, by decoder, as <see cref="ParquetMetrics"/> tells them.</summary>
internal sealed class DecodedChunks : IDisposable
{
    private static readonly AsyncLocal<DecodedChunks?> Current = new();

    private readonly MeterListener listener = new();

    public DecodedChunks()
    {
        Current.Value = this;
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (instrument.Meter.Name == ParquetMetrics.MeterName)
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((_, count, tags, _) =>
        {
            // Other tests decode at the same time.
            if (Current.Value != this)
                return;
            if (tags[0].Value as string == ParquetMetrics.Own)
                Own += count;
            else
                Native += count;
        });
        listener.Start();
    }

    public long Own { get; private set; }

    public long Native { get; private set; }

    public void Dispose() => listener.Dispose();
}
