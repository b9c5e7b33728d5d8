using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Memory;
using BulkMover.Core.Stores;
using BulkMover.FileFormats.Memory;
using BulkMover.FileFormats.Shaping;

namespace BulkMover.FileFormats.Avro;

/// <summary>Opens files: finds their blocks and makes scans of them, which may be read side by side.</summary>
/// <param name="store">Where the files lie.</param>
/// <param name="options">How they are read.</param>
/// <param name="allocator">Where the buffers of batches come from.</param>
internal sealed class AvroScans(IObjectStore store, AvroReadOptions options, MemoryAllocator allocator)
{
    /// <summary>How much of a file that is in memory is looked at at a time.</summary>
    private const int WindowBytes = 64 * 1024;

    /// <summary>Bytes that opening holds at most: the whole of a small file, or what is looked at of it at a time.</summary>
    public long OpenBytes(long fileBytes) => IsSmall(fileBytes) ? fileBytes + WindowBytes : options.RunBytes;

    /// <summary>The scans in file order, each with what it reads. The caller disposes each.</summary>
    /// <param name="location">The file.</param>
    /// <param name="knownBytes">Its length where metadata gives it.</param>
    /// <param name="shapeOf">What is wanted of a file with that schema.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="Core.Errors.CorruptTableException">The file is missing or its bytes do not form a valid file.</exception>
    /// <exception cref="Core.Errors.UnsupportedFeatureException">It uses a codec or a type that is not read.</exception>
    public async IAsyncEnumerable<(BlockRun Run, AvroBlockScan Scan)> OpenAsync(
        Location location, long? knownBytes, Func<Schema, BatchShape> shapeOf, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IRangeReader ranges = await store.OpenAsync(location, knownBytes, cancellationToken);
        if (IsSmall(ranges.Length))
        {
            await using (ranges)
            {
                if (await OpenWholeAsync(ranges, location, shapeOf, cancellationToken) is { } whole)
                    yield return whole;
                yield break;
            }
        }

        await using AvroFileReader reader = await AvroFileReader.OpenAsync(ranges, location, options.RunBytes, cancellationToken);
        AvroScanFile file = Describe(reader, ranges.Length, shapeOf);
        await foreach (BlockRun run in BlockRun.JoinAsync(reader.ReadPlacesAsync(cancellationToken), options.RunBytes))
            yield return (run, new AvroBlockScan(file, run, whole: null));
    }

    private bool IsSmall(long bytes) => bytes <= options.SmallBytes;

    private async Task<(BlockRun Run, AvroBlockScan Scan)?> OpenWholeAsync(
        IRangeReader ranges, Location location, Func<Schema, BatchShape> shapeOf, CancellationToken cancellationToken)
    {
        var memory = new NativeBlock(ranges.Length);
        try
        {
            await ranges.ReadAsync(0, memory.Memory(0, (int)ranges.Length), cancellationToken);
            await using AvroFileReader reader = await AvroFileReader.OpenAsync(new HeldFile(memory, ranges.Length), location, WindowBytes, cancellationToken);
            AvroScanFile file = Describe(reader, ranges.Length, shapeOf);
            // All blocks are one run.
            await foreach (BlockRun run in BlockRun.JoinAsync(reader.ReadPlacesAsync(cancellationToken), options.SmallBytes))
                return (run, new AvroBlockScan(file, run, memory));
            memory.Dispose();
            return null;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private AvroScanFile Describe(AvroFileReader reader, long bytes, Func<Schema, BatchShape> shapeOf)
    {
        Schema schema = ArrowTypes.Of(reader.Schema, reader.Location.ToString());
        return new AvroScanFile(
            store, reader.Location, bytes, reader.Schema, schema, shapeOf(schema), reader.CodecName, reader.Marker, options, allocator);
    }
}
