using System.Buffers.Binary;
using System.IO.Hashing;
using BulkMover.Core.Scans;

namespace BulkMover.TableFormats.DeletionVectors;

/// <summary>
/// A deletion vector as both formats store it: length, magic number, bitmap, checksum (Puffin spec, "deletion-vector-v1 blob type"; Delta
/// PROTOCOL.md, "Deletion Vector File Storage Format"). <see cref="DeletionVectorReader"/> reads it.
/// </summary>
/// <param name="Bytes">All of it.</param>
/// <param name="Rows">Deleted rows.</param>
internal sealed record StoredVector(byte[] Bytes, long Rows)
{
    /// <summary>Of a row that is the only one of its chunk: objects, a list of one, and headers.</summary>
    private const long LonelyRowBytes = 512;

    /// <summary>Bytes of memory that making one, and a file around it, takes at most: a bitmap of all rows, once as a set and three times as bytes, where few rows do not take less.</summary>
    public static long HeldBytes(long fileRows, long deletedRows) => Math.Min(fileRows / 2, deletedRows * LonelyRowBytes) + (64 << 10);

    /// <param name="positions">Of the rows, ascending.</param>
    public static StoredVector Of(IEnumerable<long> positions)
    {
        var set = new PositionSet();
        foreach (long position in positions)
            set.Add(position);
        byte[] bitmap = set.ToRoaring();
        int size = DeletionVectorReader.Magic.Length + bitmap.Length;
        byte[] bytes = [0, 0, 0, 0, .. DeletionVectorReader.Magic, .. bitmap, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes, size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32.HashToUInt32(bytes.AsSpan(sizeof(int), size)));
        return new StoredVector(bytes, set.Count);
    }
}
