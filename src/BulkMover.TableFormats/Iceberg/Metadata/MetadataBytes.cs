using System.IO.Compression;
using BulkMover.Core.Errors;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Metadata;

/// <summary>Reads a metadata document, gzipped or not, whatever its name says.</summary>
internal static class MetadataBytes
{
    /// <summary>Tables with a hundred thousand snapshots stay below; more is a mistake or a decompression bomb.</summary>
    private const int MaxBytes = 256 * 1024 * 1024;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(IObjectStore store, Location file, CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(file, knownBytes: null, cancellationToken);
        if (reader.Length > MaxBytes)
            throw TooLarge(file);
        byte[] bytes = GC.AllocateUninitializedArray<byte>((int)reader.Length);
        await reader.ReadAsync(0, bytes, cancellationToken);
        ReadOnlyMemory<byte> json = bytes.AsSpan().StartsWith(GzipMagic) ? Decompress(bytes, file) : bytes;
        return json.Span.StartsWith(ByteOrderMark) ? json[ByteOrderMark.Length..] : json;
    }

    private static ReadOnlySpan<byte> GzipMagic => [0x1F, 0x8B];

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static ReadOnlyMemory<byte> Decompress(byte[] bytes, Location file)
    {
        try
        {
            using var gzip = new GZipStream(new MemoryStream(bytes, writable: false), CompressionMode.Decompress);
            using var json = new MemoryStream();
            byte[] part = new byte[64 * 1024];
            for (int read = gzip.Read(part); read > 0; read = gzip.Read(part))
            {
                if (json.Length + read > MaxBytes)
                    throw TooLarge(file);
                json.Write(part, 0, read);
            }

            return json.GetBuffer().AsMemory(0, (int)json.Length);
        }
        catch (InvalidDataException error)
        {
            throw new CorruptTableException("iceberg.metadata_invalid", $"'{file}' does not decompress: {error.Message}", error);
        }
    }

    private static CorruptTableException TooLarge(Location file) => new("iceberg.metadata_too_large",
        $"'{file}' has more than {MaxBytes:N0} bytes of metadata. Expire old snapshots, or name the right metadata.json.");
}
