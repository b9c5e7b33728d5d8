using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;

namespace BulkMover.TableFormats.Iceberg.Deletes;

/// <summary>Reads deletion vectors (Puffin spec, "deletion-vector-v1 blob type"): length, magic, bitmap, checksum.</summary>
internal static class DeletionVector
{
    private const int MagicBytes = 4;
    private const int FrameBytes = sizeof(int) + MagicBytes + sizeof(int);

    private static ReadOnlySpan<byte> Magic => [0xD1, 0xD3, 0x39, 0x64];

    /// <exception cref="CorruptTableException">The file is missing, or the bytes are no deletion vector of that many rows.</exception>
    public static async Task<PositionSet> ReadAsync(IObjectStore store, Location location, DeleteFile vector, CancellationToken cancellationToken)
    {
        byte[] blob = await FetchAsync(store, location, vector, cancellationToken);
        try
        {
            PositionSet positions = Parse(blob, location, vector);
            return positions.Count == vector.Rows
                ? positions
                : throw Broken(location, vector, $"it has {positions.Count} positions, the manifest says {vector.Rows}");
        }
        catch (CorruptTableException error) when (error.Code == "deletes.bitmap_broken")
        {
            throw Broken(location, vector, error.Message, error);
        }
    }

    private static async Task<byte[]> FetchAsync(IObjectStore store, Location location, DeleteFile vector, CancellationToken cancellationToken)
    {
        await using IRangeReader reader = await store.OpenAsync(location, vector.Bytes, cancellationToken);
        // Before memory is taken: the length is only what a manifest says.
        if (vector.ContentBytes > reader.Length || vector.ContentOffset > reader.Length - vector.ContentBytes)
            throw Broken(location, vector, $"the file has only {reader.Length} bytes");
        byte[] blob = new byte[vector.ContentBytes];
        await reader.ReadAsync(vector.ContentOffset, blob, cancellationToken);
        return blob;
    }

    private static PositionSet Parse(ReadOnlySpan<byte> blob, Location location, DeleteFile vector)
    {
        if (blob.Length < FrameBytes)
            throw Broken(location, vector, $"it has only {blob.Length} bytes");
        ReadOnlySpan<byte> content = blob[sizeof(int)..^sizeof(int)];
        int length = BinaryPrimitives.ReadInt32BigEndian(blob);
        if (length != content.Length)
            throw Broken(location, vector, $"its length is given as {length} and is {content.Length}");
        if (!content.StartsWith(Magic))
            throw Broken(location, vector, "it does not begin with the magic bytes");
        if (Crc32.HashToUInt32(content) != BinaryPrimitives.ReadUInt32BigEndian(blob[^sizeof(int)..]))
            throw Broken(location, vector, "its checksum does not match");
        return PositionSet.Parse(content[MagicBytes..]);
    }

    private static CorruptTableException Broken(Location location, DeleteFile vector, string why, Exception? inner = null) => new("iceberg.deletes_invalid",
        $"The deletion vector at {vector.ContentOffset} in '{location}' is broken: {why}. Choose an older snapshot, or restore the file.", inner);
}
