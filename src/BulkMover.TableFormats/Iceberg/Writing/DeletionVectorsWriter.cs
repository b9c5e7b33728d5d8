using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using BulkMover.TableFormats.DeletionVectors;
using BulkMover.TableFormats.Targets;

namespace BulkMover.TableFormats.Iceberg.Writing;

/// <summary>Puffin files of one deletion vector each (Iceberg spec, "Deletion Vectors"; Puffin spec): the only deletes by position that format version 3 takes.</summary>
/// <param name="address">Where the table lies: what paths in metadata begin with.</param>
internal sealed class DeletionVectorsWriter(string address) : IDeletesWriter
{
    /// <summary>Where the vector begins in its file: behind the magic number, as the first blob and the only one.</summary>
    public const long VectorOffset = 4;

    /// <summary>Field <c>_pos</c> ("Reserved Field IDs"), which the vector was computed for.</summary>
    private const int PositionId = 2147483645;

    /// <summary>"Snapshot ID and sequence number are not known at the time the Puffin file is created."</summary>
    private const int Unknown = -1;

    private const string DataEnding = ".parquet", Ending = ".puffin";

    /// <summary>What the file and its footer begin with, and what the file ends with.</summary>
    private static ReadOnlySpan<byte> Magic => "PFA1"u8;

    public long HeldBytes(long fileRows, long deletedRows) => StoredVector.HeldBytes(fileRows, deletedRows);

    public async Task<WrittenDeletes> WriteAsync(DeletesPlace place, IEnumerable<long> positions, CancellationToken cancellationToken)
    {
        StoredVector vector = StoredVector.Of(positions);
        byte[] file = FileOf(vector, $"{address}/{place.DataFile}");
        string path = $"{place.DataFile[..^DataEnding.Length]}-deletes{Ending}";
        await place.Store.PutAsync(place.Root.Combine(path), file, cancellationToken);
        return new WrittenDeletes(path, file.Length, vector.Rows) { VectorBytes = vector.Bytes.Length };
    }

    /// <summary>Puffin spec, "File structure", "Footer structure".</summary>
    private static byte[] FileOf(StoredVector vector, string dataFile)
    {
        byte[] payload = Encoding.UTF8.GetBytes(Payload(vector, dataFile).ToJsonString(PlainJson.Nodes));
        // Payload size and flags, none of which is set.
        Span<byte> end = stackalloc byte[sizeof(int) + sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(end, payload.Length);
        return [.. Magic, .. vector.Bytes, .. Magic, .. payload, .. end, .. Magic];
    }

    /// <summary>Puffin spec, "FileMetadata", "BlobMetadata", "deletion-vector-v1 blob type".</summary>
    private static JsonObject Payload(StoredVector vector, string dataFile) => new()
    {
        ["blobs"] = new JsonArray(new JsonObject
        {
            ["type"] = "deletion-vector-v1",
            ["fields"] = new JsonArray(PositionId),
            ["snapshot-id"] = Unknown,
            ["sequence-number"] = Unknown,
            ["offset"] = VectorOffset,
            ["length"] = vector.Bytes.Length,
            ["properties"] = new JsonObject { ["referenced-data-file"] = dataFile, ["cardinality"] = vector.Rows.ToString(CultureInfo.InvariantCulture) },
        }),
        ["properties"] = new JsonObject { ["created-by"] = "BulkMover" },
    };
}
