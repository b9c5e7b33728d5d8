using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.DeletionVectors;

/// <summary>
/// Reads deletion vectors, which both formats store alike: length, magic number, bitmap, checksum (Puffin spec, "deletion-vector-v1 blob
/// type"; Delta PROTOCOL.md, "Deletion Vector File Storage Format" and "Deletion Vector Format").
/// </summary>
/// <param name="metadata">What describes the vector, for messages: the log or the manifest.</param>
/// <param name="rows">Rows that it says to be deleted.</param>
/// <param name="broken">Makes the error of a reason.</param>
internal sealed class DeletionVectorReader(string metadata, long rows, Func<string, Exception?, CorruptTableException> broken)
{
    /// <summary>Bytes around the magic number and the bitmap: the length before and the checksum behind, both in big-endian.</summary>
    public const int FrameBytes = sizeof(int) + sizeof(uint);

    /// <summary>What a bitmap in the portable format begins with.</summary>
    public static ReadOnlySpan<byte> Magic => [0xD1, 0xD3, 0x39, 0x64];

    /// <summary>Reads a stored vector.</summary>
    /// <param name="store">Where the file lies.</param>
    /// <param name="location">The file.</param>
    /// <param name="knownBytes">Its length where metadata give it.</param>
    /// <param name="offset">Where the vector begins with its length.</param>
    /// <param name="bytes">Length of magic number and bitmap.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="CorruptTableException">The file is missing, or holds no such vector.</exception>
    public async Task<PositionSet> ReadAsync(
        IObjectStore store, Location location, long? knownBytes, long offset, int bytes, CancellationToken cancellationToken)
    {
        if (bytes < Magic.Length)
            throw broken($"the {metadata} gives it {bytes} bytes, fewer than a magic number has", null);
        await using IRangeReader reader = await store.OpenAsync(location, knownBytes, cancellationToken);
        // Before memory is taken: the length is only what metadata say.
        long stored = (long)bytes + FrameBytes;
        if (offset < 0 || offset > reader.Length - stored)
            throw broken($"'{location}' has only {reader.Length} bytes", null);
        byte[] blob = new byte[stored];
        await reader.ReadAsync(offset, blob, cancellationToken);
        return ParseStored(blob);
    }

    /// <summary>A vector without length and checksum.</summary>
    /// <exception cref="CorruptTableException">The bytes are no bitmap of that many rows.</exception>
    public PositionSet Parse(ReadOnlySpan<byte> content)
    {
        if (!content.StartsWith(Magic))
            throw broken("it does not begin with the magic number of a bitmap in the portable format", null);
        try
        {
            PositionSet positions = PositionSet.Parse(content[Magic.Length..], rows);
            return positions.Count == rows ? positions : throw broken($"it has {positions.Count:N0} rows, the {metadata} says {rows:N0}", null);
        }
        catch (CorruptTableException error) when (error.Code == "deletes.bitmap_broken")
        {
            throw broken(error.Message, error);
        }
    }

    private PositionSet ParseStored(ReadOnlySpan<byte> blob)
    {
        ReadOnlySpan<byte> content = blob[sizeof(int)..^sizeof(uint)];
        int length = BinaryPrimitives.ReadInt32BigEndian(blob);
        if (length != content.Length)
            throw broken($"its length says {length} bytes, the {metadata} says {content.Length}", null);
        // The magic number first: what is no vector at all should not be called damaged.
        return !content.StartsWith(Magic) || Crc32.HashToUInt32(content) == BinaryPrimitives.ReadUInt32BigEndian(blob[^sizeof(uint)..])
            ? Parse(content)
            : throw broken("its bytes differ from their checksum", null);
    }
}
