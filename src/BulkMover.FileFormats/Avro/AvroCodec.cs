using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using BulkMover.Core.Errors;
using Snappier;
using ZstdSharp;

namespace BulkMover.FileFormats.Avro;

/// <summary>Decompresses the blocks of one file (Avro specification, "Required Codecs", "Optional Codecs"), each into the same buffer.</summary>
internal sealed class AvroCodec : IDisposable
{
    /// <summary>Writers cut blocks at some ten thousand bytes, careless ones once per file; more than this decompressed is a bomb.</summary>
    public const int MaxBlockBytes = 256 * 1024 * 1024;

    /// <summary>How many times larger blocks become, which only decompressing tells.</summary>
    public const int UsualRatio = 4;

    private readonly string name;
    private readonly string file;
    private byte[] buffer = [];

    /// <exception cref="UnsupportedFeatureException">The codec is none of null, deflate, snappy, zstandard.</exception>
    public AvroCodec(string name, string file)
    {
        (this.name, this.file) = (name, file);
        if (name is not ("null" or "deflate" or "snappy" or "zstandard"))
            throw new UnsupportedFeatureException("avro.codec_unsupported", $"'{file}' is compressed with '{name}', which is not read.");
    }

    /// <summary>What was decompressed is no longer valid.</summary>
    public void Dispose()
    {
        PooledBytes.Return(buffer);
        buffer = [];
    }

    public ReadOnlyMemory<byte> Decompress(ReadOnlyMemory<byte> block)
    {
        try
        {
            return name switch
            {
                "null" => block,
                "snappy" => DecompressSnappy(block.Span),
                _ => DecompressStream(block),
            };
        }
        catch (Exception error) when (error is InvalidDataException or ZstdException or EndOfStreamException)
        {
            throw new CorruptTableException("avro.block_invalid", $"A {name} block of '{file}' does not decompress: {error.Message}", error);
        }
    }

    private unsafe ReadOnlyMemory<byte> DecompressStream(ReadOnlyMemory<byte> block)
    {
        if (block.IsEmpty)
            return block;
        using MemoryHandle pin = block.Pin();
        using var compressed = new UnmanagedMemoryStream((byte*)pin.Pointer, block.Length);
        using Stream stream = name == "deflate" ? new DeflateStream(compressed, CompressionMode.Decompress) : new DecompressionStream(compressed);
        Reserve(Math.Min(UsualRatio * (long)block.Length, MaxBlockBytes));
        for (int filled = 0; ;)
        {
            if (filled == buffer.Length)
                Grow();
            int read = stream.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
                return buffer.AsMemory(0, filled);
            filled += read;
        }
    }

    private ReadOnlyMemory<byte> DecompressSnappy(ReadOnlySpan<byte> block)
    {
        if (block.Length < sizeof(uint))
            throw new InvalidDataException("the checksum is missing");
        ReadOnlySpan<byte> data = block[..^sizeof(uint)];
        long bytes = Snappy.GetUncompressedLength(data);
        if (bytes > MaxBlockBytes)
            throw TooLarge(file);
        Reserve(bytes);
        int filled = Snappy.Decompress(data, buffer);
        if (Crc32.HashToUInt32(buffer.AsSpan(0, filled)) != BinaryPrimitives.ReadUInt32BigEndian(block[^sizeof(uint)..]))
            throw new InvalidDataException("the checksum does not match");
        return buffer.AsMemory(0, filled);
    }

    private void Reserve(long bytes)
    {
        if (buffer.Length >= bytes)
            return;
        PooledBytes.Return(buffer);
        buffer = [];
        buffer = PooledBytes.Rent((int)bytes);
    }

    private void Grow()
    {
        if (buffer.Length >= MaxBlockBytes)
            throw TooLarge(file);
        byte[] small = buffer;
        buffer = PooledBytes.Rent((int)Math.Clamp(2L * small.Length, 64 * 1024, MaxBlockBytes));
        small.CopyTo(buffer, 0);
        PooledBytes.Return(small);
    }

    public static CorruptTableException TooLarge(string file) =>
        new("avro.block_too_large", $"A block of '{file}' has more than {MaxBlockBytes:N0} bytes. Write the file again with smaller blocks.");
}
