using System.Runtime.CompilerServices;
using System.Text;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.FileFormats.Avro;

/// <summary>
/// Streams an Avro object container file block by block (Avro specification, "Object Container Files"). The caller decodes the records
/// with <see cref="AvroDecoder"/> straight into its own types.
/// </summary>
public sealed class AvroFileReader : IAsyncDisposable
{
    /// <summary>The header carries the table's schema as JSON; the widest tables need a few megabytes.</summary>
    private const int MaxHeaderBytes = 64 * 1024 * 1024;

    /// <summary>Most manifests fit; in an object store one round trip costs as much as transferring about this.</summary>
    private const int RequestBytes = 1024 * 1024;

    private const int SyncBytes = 16;

    private readonly IRangeReader reader;
    private readonly RangeBuffer input;
    private readonly Dictionary<string, byte[]> metadata = new(StringComparer.Ordinal);
    private readonly byte[] sync = new byte[SyncBytes];
    private AvroCodec? codec;

    private AvroFileReader(IRangeReader reader, Location location, int requestBytes)
    {
        (this.reader, Location) = (reader, location);
        input = new RangeBuffer(reader, location.ToString(), requestBytes);
    }

    public Location Location { get; }

    /// <summary>The writer's schema.</summary>
    public AvroType Schema { get; private set; } = null!;

    /// <summary>Opens the file and reads its header. The caller disposes the reader.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="location">The file.</param>
    /// <param name="knownBytes">Its length where metadata gives it; else null.</param>
    /// <param name="cancellationToken">Stops the request.</param>
    /// <exception cref="CorruptTableException">The file is missing, or is not an Avro file.</exception>
    /// <exception cref="UnsupportedFeatureException">It is encrypted, or its codec is not read.</exception>
    public static async Task<AvroFileReader> OpenAsync(
        IObjectStore store, Location location, long? knownBytes, CancellationToken cancellationToken) =>
        await OpenAsync(await store.OpenAsync(location, knownBytes, cancellationToken), location, RequestBytes, cancellationToken);

    /// <summary>As above, of an opened file, which the reader disposes from now on, also when this throws.</summary>
    internal static async Task<AvroFileReader> OpenAsync(
        IRangeReader reader, Location location, int requestBytes, CancellationToken cancellationToken)
    {
        var file = new AvroFileReader(reader, location, requestBytes);
        try
        {
            await file.ReadHeaderAsync(cancellationToken);
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>The bytes behind each block.</summary>
    internal ReadOnlyMemory<byte> Marker => sync;

    /// <summary>A property of the file's header; null when it has none of that name.</summary>
    public string? Property(string key) => metadata.TryGetValue(key, out byte[]? value) ? Encoding.UTF8.GetString(value) : null;

    /// <summary>The blocks in file order. Once per reader.</summary>
    /// <exception cref="CorruptTableException">The bytes do not form blocks.</exception>
    public async IAsyncEnumerable<AvroBlock> ReadBlocksAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (input.Remaining > 0)
        {
            long records = await input.ReadLongAsync(cancellationToken);
            long bytes = await input.ReadLongAsync(cancellationToken);
            ReadOnlyMemory<byte> data = codec!.Decompress(await input.ReadAsync(bytes, cancellationToken));
            if (records < 0 || records > Schema.MaxValues(data.Length))
                throw Corrupt($"a block of {data.Length:N0} bytes claims {records:N0} records");
            yield return new AvroBlock(records, data);

            await ReadMarkerAsync(cancellationToken);
        }
    }

    /// <summary>Where the blocks lie, in file order; their contents are stepped over. Once per reader, instead of <see cref="ReadBlocksAsync"/>.</summary>
    /// <exception cref="CorruptTableException">The bytes do not form blocks.</exception>
    internal async IAsyncEnumerable<AvroBlockPlace> ReadPlacesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (input.Remaining > 0)
        {
            long offset = input.Offset;
            long records = await input.ReadLongAsync(cancellationToken);
            long bytes = await input.ReadLongAsync(cancellationToken);
            if (records is < 0 or > AvroCodec.MaxBlockBytes)
                throw Corrupt($"a block claims {records:N0} records");
            if (bytes > AvroCodec.MaxBlockBytes)
                throw AvroCodec.TooLarge(Location.ToString());
            input.Skip(bytes);
            await ReadMarkerAsync(cancellationToken);
            yield return new AvroBlockPlace(offset, (int)(input.Offset - offset), records);
        }
    }

    internal string CodecName => Property("avro.codec") ?? "null";

    /// <summary>The blocks that were read are no longer valid.</summary>
    public ValueTask DisposeAsync()
    {
        input.Dispose();
        codec?.Dispose();
        return reader.DisposeAsync();
    }

    private async Task ReadHeaderAsync(CancellationToken cancellationToken)
    {
        CheckMagic((await input.PeekAsync(4, cancellationToken)).Span);
        await input.ReadAsync(4, cancellationToken);
        await ReadMetadataAsync(cancellationToken);
        (await input.ReadAsync(SyncBytes, cancellationToken)).CopyTo(sync);

        if (!metadata.TryGetValue("avro.schema", out byte[]? schema))
            throw Corrupt("it has no schema");
        Schema = AvroSchemaParser.Parse(schema, Location.ToString());
        codec = new AvroCodec(CodecName, Location.ToString());
    }

    private async ValueTask ReadMarkerAsync(CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> marker = await input.ReadAsync(SyncBytes, cancellationToken);
        if (!marker.Span.SequenceEqual(sync))
            throw Corrupt("the marker after a block is wrong");
    }

    private void CheckMagic(ReadOnlySpan<byte> magic)
    {
        if (magic.SequenceEqual("AGS1"u8))
        {
            throw new UnsupportedFeatureException("avro.file_encrypted",
                $"'{Location}' is encrypted (Iceberg AES GCM stream), which is not read yet. Copy from an unencrypted table.");
        }

        if (!magic.SequenceEqual("Obj\u0001"u8))
            throw Corrupt("it does not start as an Avro file does");
    }

    private async Task ReadMetadataAsync(CancellationToken cancellationToken)
    {
        long start = input.Remaining;
        for (long count = await ReadCountAsync(cancellationToken); count != 0; count = await ReadCountAsync(cancellationToken))
        {
            for (long entry = 0; entry < count; entry++)
            {
                byte[] key = await ReadHeaderBytesAsync(start, cancellationToken);
                metadata[Encoding.UTF8.GetString(key)] = await ReadHeaderBytesAsync(start, cancellationToken);
            }
        }
    }

    private async Task<long> ReadCountAsync(CancellationToken cancellationToken)
    {
        long count = await input.ReadLongAsync(cancellationToken);
        if (count >= 0)
            return count;
        await input.ReadLongAsync(cancellationToken);
        return count == long.MinValue ? long.MaxValue : -count;
    }

    private async Task<byte[]> ReadHeaderBytesAsync(long start, CancellationToken cancellationToken)
    {
        long bytes = await input.ReadLongAsync(cancellationToken);
        if (bytes > MaxHeaderBytes - (start - input.Remaining))
            throw Corrupt($"its header is larger than {MaxHeaderBytes:N0} bytes");
        return (await input.ReadAsync(bytes, cancellationToken)).ToArray();
    }

    private CorruptTableException Corrupt(string what) =>
        new("avro.file_invalid", $"'{Location}' is broken: {what}. Restore the file, or choose a snapshot that does not need it.");
}
