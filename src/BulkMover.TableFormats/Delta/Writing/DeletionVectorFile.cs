using System.Security.Cryptography;
using System.Text;
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

    public long HeldBytes(long fileRows, long deletedRows) => StoredVector.HeldBytes(fileRows, deletedRows);

    public async Task<WrittenDeletes> WriteAsync(DeletesPlace place, IEnumerable<long> positions, CancellationToken cancellationToken)
    {
        StoredVector vector = StoredVector.Of(positions);
        byte[] stored = [Version, .. vector.Bytes];
        // Named by the data file, so that a repeat comes upon the same name; in no directory of a partition, for readers make the path of a prefix that is no URI.
        var uuid = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(place.DataFile)).AsSpan(0, 16), bigEndian: true);
        string path = $"{place.Directory}/{Start}{uuid}{Ending}";
        await place.Store.PutAsync(place.Root.Combine(path), stored, cancellationToken);
        return new WrittenDeletes(path, stored.Length, vector.Rows);
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
}
