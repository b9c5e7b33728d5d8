using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using BulkMover.Core.Scans;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.Delta.Deletes;
using BulkMover.TableFormats.DeletionVectors;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Delta.Writing;

/// <summary>Files of one deletion vector each (PROTOCOL.md, "Deletion Vector Format", "Deletion Vector File Storage Format").</summary>
internal sealed class DeletionVectorFile : IDeletesWriter
{
    private const byte Version = 1;
    private const int VersionBytes = 1;
    private const string Start = "deletion_vector_", Ending = ".bin";

    /// <summary>Of a row that is the only one of its chunk: objects, a list of one, and headers.</summary>
    private const long LonelyRowBytes = 512;

    // A bitmap of all rows, once as a set and twice as bytes, where few rows do not take less.
    public long HeldBytes(long fileRows, long deletedRows) => Math.Min(fileRows / 2, deletedRows * LonelyRowBytes) + (64 << 10);

    public async Task<WrittenDeletes> WriteAsync(DeletesPlace place, IEnumerable<long> positions, CancellationToken cancellationToken)
    {
        var set = new PositionSet();
        foreach (long position in positions)
            set.Add(position);
        byte[] stored = Store(set);
        // Named by the data file, so that a repeat comes upon the same name; in no directory of a partition, for readers make the path of a prefix that is no URI.
        var uuid = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(place.DataFile)).AsSpan(0, 16), bigEndian: true);
        string path = $"{place.Directory}/{Start}{uuid}{Ending}";
        await place.Store.PutAsync(place.Root.Combine(path), stored, cancellationToken);
        return new WrittenDeletes(path, stored.Length, set.Count);
    }

    /// <summary>What the log says of the vector in a file ("Deletion Vector Descriptor Schema", "Derived Fields").</summary>
    /// <param name="deletes">A file that was written here.</param>
    public static DeletionVector Describe(WrittenDeletes deletes)
    {
        int name = deletes.Path.LastIndexOf('/') + 1;
        var uuid = Guid.Parse(deletes.Path.AsSpan(name + Start.Length, deletes.Path.Length - name - Start.Length - Ending.Length));
        return new DeletionVector(
            "u", deletes.Path[..(name - 1)] + Base85.Encode(uuid.ToByteArray(bigEndian: true)), Offset: VersionBytes,
            SizeInBytes: deletes.Bytes - VersionBytes - DeletionVectorReader.FrameBytes, deletes.Rows);
    }

    private static byte[] Store(PositionSet set)
    {
        byte[] bitmap = set.ToRoaring();
        int size = DeletionVectorReader.Magic.Length + bitmap.Length;
        byte[] bytes = [Version, 0, 0, 0, 0, .. DeletionVectorReader.Magic, .. bitmap, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(VersionBytes), size);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(bytes.Length - sizeof(uint)), Crc32.HashToUInt32(bytes.AsSpan(VersionBytes + sizeof(int), size)));
        return bytes;
    }
}
