using System.Buffers;
using System.IO.Compression;
using BulkMover.FileFormats.Parquet.Metadata;
using Snappier;
using ZstdSharp;

namespace BulkMover.FileFormats.Parquet.Decoding;

/// <summary>Decompresses pages (Compression.md). One for the pages of a scan: what a codec needs to work with is made once.</summary>
internal sealed class PageCodec : IDisposable
{
    private readonly Lazy<Decompressor> zstd = new(() => new Decompressor());

    /// <summary>LZ4 is not: its frames are those of Hadoop or none, which only trying tells. LZO is read by nobody here.</summary>
    public static bool Covers(CompressionCodec codec) => codec is CompressionCodec.Uncompressed or CompressionCodec.Snappy or CompressionCodec.Gzip
        or CompressionCodec.Brotli or CompressionCodec.Zstd or CompressionCodec.Lz4Raw;

    /// <summary>Decompresses to exactly as many bytes as the target has.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what the codec makes of so many.</exception>
    public void Decompress(CompressionCodec codec, ReadOnlyMemory<byte> from, Span<byte> to)
    {
        // Some writers leave the values of a page that has none away altogether.
        if (to.IsEmpty && from.IsEmpty)
            return;
        int bytes;
        try
        {
            bytes = codec switch
            {
                CompressionCodec.Snappy => Snappy.GetUncompressedLength(from.Span) == to.Length ? Snappy.Decompress(from.Span, to) : -1,
                CompressionCodec.Zstd => zstd.Value.Unwrap(from.Span, to),
                CompressionCodec.Lz4Raw => Lz4Block.Decompress(from.Span, to),
                CompressionCodec.Brotli => BrotliDecoder.TryDecompress(from.Span, to, out int written) ? written : -1,
                _ => Inflate(from, to),
            };
        }
        catch (Exception error) when (error is InvalidDataException or ZstdException)
        {
            throw new InvalidDataException($"a page of {from.Length} bytes is not {codec}: {error.Message}", error);
        }

        if (bytes != to.Length)
            throw new InvalidDataException($"a page of {from.Length} bytes does not become the {to.Length} that its header says ({codec})");
    }

    public void Dispose()
    {
        if (zstd.IsValueCreated)
            zstd.Value.Dispose();
    }

    /// <summary>GZIP members by Compression.md; early writers used the format of zlib.</summary>
    /// <returns>-1 when there are more bytes than fit.</returns>
    private static unsafe int Inflate(ReadOnlyMemory<byte> from, Span<byte> to)
    {
        using MemoryHandle pin = from.Pin();
        using var compressed = new UnmanagedMemoryStream((byte*)pin.Pointer, from.Length);
        bool isGzip = from.Span is [0x1F, 0x8B, ..];
        using Stream stream = isGzip ? new GZipStream(compressed, CompressionMode.Decompress) : new ZLibStream(compressed, CompressionMode.Decompress);
        int bytes = stream.ReadAtLeast(to, to.Length, throwOnEndOfStream: false);
        return stream.ReadByte() < 0 ? bytes : -1;
    }
}
