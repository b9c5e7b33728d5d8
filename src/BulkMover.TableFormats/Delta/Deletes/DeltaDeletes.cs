using Apache.Arrow;
using BulkMover.Core.Errors;
using BulkMover.Core.Scans;
using BulkMover.Core.Stores;
using BulkMover.TableFormats.Delta.Actions;
using BulkMover.TableFormats.DeletionVectors;

namespace BulkMover.TableFormats.Delta.Deletes;

/// <summary>The deletion vector of a data file (PROTOCOL.md, "Deletion Vectors").</summary>
/// <param name="store">Where the table lies.</param>
/// <param name="table">Its root.</param>
/// <param name="file">The data file, for messages.</param>
/// <param name="fileRows">Rows of the data file, deleted ones included, where the log tells.</param>
/// <param name="vector">What the log says.</param>
internal sealed class DeltaDeletes(IObjectStore store, Location table, Location file, long? fileRows, DeletionVector vector) : IRowDeletes
{
    private const int UuidCharacters = 20;

    /// <summary>A container of 65,536 positions takes 8 bytes at least, and up to this in memory.</summary>
    private const int MinContainerBytes = 8, MaxContainerBytes = 8192, ContainerRows = 65_536;

    public IReadOnlyList<Field> KeyColumns => [];

    /// <remarks>The bytes as they are stored, and every container as large as containers become.</remarks>
    public long Bytes
    {
        get
        {
            long stored = vector.SizeInBytes ?? 0;
            long containers = Math.Min(stored / MinContainerBytes, ((fileRows ?? long.MaxValue) / ContainerRows) + 1);
            return (2 * stored) + (containers * MaxContainerBytes);
        }
    }

    public long? Rows => vector.Cardinality;

    public UInt128 Identity => Fingerprint.Of(vector.UniqueId);

    /// <exception cref="CorruptTableException">The descriptor, the file or the bitmap is broken, or its checksum, length or count is wrong.</exception>
    public async Task<IDeletedRows> LoadAsync(CancellationToken cancellationToken)
    {
        if (vector.SizeInBytes is not (> 0 and <= int.MaxValue - DeletionVectorReader.FrameBytes) || vector.Cardinality is not >= 0)
            throw Broken("its size or its number of rows is missing or impossible");

        int size = (int)vector.SizeInBytes;
        var reader = new DeletionVectorReader("log", vector.Cardinality.Value, Broken);
        // The offset: "interpret as 0 if absent".
        return vector.StorageType == "i"
            ? reader.Parse(DecodeInline(size))
            : await reader.ReadAsync(store, Locate(), null, vector.Offset ?? 0, size, cancellationToken);
    }

    private byte[] DecodeInline(int size)
    {
        // The last block is filled up: Base85 knows blocks of four bytes only.
        byte[]? bytes = Base85.Decode(vector.PathOrInlineDv);
        return bytes is not null && bytes.Length >= size && bytes.Length - size < 4
            ? bytes[..size]
            : throw Broken($"it is no Base85 of {size} bytes");
    }

    private Location Locate() => vector.StorageType switch
    {
        "u" => FileOfUuid(),
        "p" => DeltaPath.Resolve(table, vector.PathOrInlineDv),
        _ => throw Broken($"its storage type is '{vector.StorageType}', not u, p or i"),
    };

    /// <summary>"Derived Fields": the prefix is a directory, the UUID the name.</summary>
    private Location FileOfUuid()
    {
        string text = vector.PathOrInlineDv;
        byte[]? uuid = text.Length < UuidCharacters ? null : Base85.Decode(text.AsSpan(text.Length - UuidCharacters));
        if (uuid is null)
            throw Broken($"'{text}' does not end with a UUID in Base85");
        string name = $"deletion_vector_{new Guid(uuid, bigEndian: true)}.bin";
        string prefix = text[..^UuidCharacters];
        return table.Combine(prefix.Length == 0 ? name : $"{prefix}/{name}");
    }

    private CorruptTableException Broken(string why, Exception? error = null) => new("delta.deletion_vector_broken",
        $"The deletion vector of '{file}' cannot be used: {why}. Choose another version with --snapshot, or restore the file.", error);
}
