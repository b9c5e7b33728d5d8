using Apache.Arrow;
using BulkMover.Core.Stores;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace BulkMover.FileFormats.Parquet.Writing;

/// <summary>Writes one file, row group by row group. One caller at a time; disposed without being completed it leaves nothing.</summary>
public sealed class ParquetFileWriter : IAsyncDisposable
{
    private const string Creator = "BulkMover";

    private readonly IObjectWriter target;
    private readonly Location location;
    private readonly EncodedBytes encoded = new();
    private readonly WriterProperties properties;
    private readonly ArrowWriterProperties arrowProperties;
    private readonly FileWriter native;
    private readonly long?[] nans;

    /// <param name="target">Gets the bytes; taken over.</param>
    /// <param name="location">Where that is, for messages.</param>
    /// <param name="schema">Of the batches. Field ids in it come into the file, and UUIDs and JSON as such.</param>
    /// <param name="options">How.</param>
    public ParquetFileWriter(IObjectWriter target, Location location, Schema schema, ParquetWriteOptions options)
    {
        (this.target, this.location) = (target, location);
        nans = [.. schema.FieldsList.Select(field => NanCount.OfNone(field.DataType))];
        properties = Properties(options);
        using var arrow = new ArrowWriterPropertiesBuilder();
        arrowProperties = arrow.EnableCompliantNestedTypes().UseThreads(false).Build();
        native = NativeErrors.Wrap(location.ToString(), () => new FileWriter(encoded, schema, properties, arrowProperties, leaveOpen: true));
    }

    /// <summary>Bytes of the row groups so far.</summary>
    public long Bytes => encoded.Length;

    /// <summary>Encodes batches as one row group and hands its bytes on. The batches stay the caller's.</summary>
    /// <param name="batches">At least one row.</param>
    /// <param name="cancellationToken">Stops between columns; the file cannot be gone on with then.</param>
    public async Task WriteRowGroupAsync(IReadOnlyList<RecordBatch> batches, CancellationToken cancellationToken)
    {
        Run(native.NewRowGroup);
        for (int i = 0; i < nans.Length; i++)
        {
            IArrowArray[] parts = [.. batches.Select(batch => batch.Column(i))];
            foreach (IArrowArray part in parts)
                nans[i] += NanCount.Of(part);
            Run(() => native.WriteColumnChunk(new ChunkedArray(parts)));
            await encoded.DrainAsync(target, cancellationToken);
        }
    }

    /// <summary>Ends the file, and makes it visible when the store has all of it.</summary>
    /// <returns>Its footer, as readers will find it, with what is known beside it.</returns>
    public async Task<ParquetFooter> CompleteAsync(CancellationToken cancellationToken)
    {
        Run(native.Close);
        ParquetFooter footer = ParquetFooter.Of(encoded.Peek(), encoded.Length, location, nans);
        await encoded.DrainAsync(target, cancellationToken);
        await target.CompleteAsync(cancellationToken);
        return footer;
    }

    public async ValueTask DisposeAsync()
    {
        native.Dispose();
        arrowProperties.Dispose();
        properties.Dispose();
        await encoded.DisposeAsync();
        await target.DisposeAsync();
    }

    private static WriterProperties Properties(ParquetWriteOptions options)
    {
        using var builder = new WriterPropertiesBuilder();
        // Decimals of few digits as whole numbers: so Iceberg wants them (spec, "Parquet"), and they are less work than bytes.
        builder.CreatedBy(Creator).Compression(NativeCodec(options.Codec)).EnableStoreDecimalAsInteger();
        if (LevelOf(options) is { } level)
            builder.CompressionLevel(level);
        if (options.HasDictionaries)
            builder.EnableDictionary();
        else
            builder.DisableDictionary();
        if (options.HasStatistics)
            builder.EnableStatistics().EnableWritePageIndex();
        else
            builder.DisableStatistics().DisableWritePageIndex();
        return builder.Build();
    }

    private static int? LevelOf(ParquetWriteOptions options) => options.Codec == ParquetCodec.Zstd ? options.Level ?? 1 : options.Level;

    private static Compression NativeCodec(ParquetCodec codec) => codec switch
    {
        ParquetCodec.None => Compression.Uncompressed,
        ParquetCodec.Snappy => Compression.Snappy,
        ParquetCodec.Gzip => Compression.Gzip,
        ParquetCodec.Lz4 => Compression.Lz4,
        _ => Compression.Zstd,
    };

    private void Run(Action call) => NativeErrors.Wrap(location.ToString(), () =>
    {
        call();
        return true;
    });
}
