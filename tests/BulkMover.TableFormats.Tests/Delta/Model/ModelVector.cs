using BulkMover.TableFormats.Tests.Iceberg;

namespace BulkMover.TableFormats.Tests.Delta.Model;

/// <summary>A deletion vector as the log describes it (PROTOCOL.md, "Deletion Vector Descriptor Schema").</summary>
internal sealed record ModelVector(string StorageType, string PathOrInlineDv, int? Offset, int SizeInBytes, IReadOnlySet<int> Rows)
{
    private const string Alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    public string UniqueId => Offset is null ? StorageType + PathOrInlineDv : $"{StorageType}{PathOrInlineDv}@{Offset}";

    /// <summary>A vector of any storage type; a file is written below the root that <paramref name="write"/> knows.</summary>
    /// <param name="rows">Positions that are deleted.</param>
    /// <param name="root">The table as an absolute path.</param>
    /// <param name="write">Writes a file of the table.</param>
    /// <param name="random">Chooses.</param>
    public static ModelVector New(IReadOnlySet<int> rows, string root, Action<string, byte[]> write, Random random)
    {
        byte[] stored = DeleteTable.Blob([.. rows.Order().Select(row => (ushort)row)]);
        byte[] content = stored[4..^4];
        if (random.Next(3) == 0)
            return new ModelVector("i", Encode([.. content, .. new byte[(4 - (content.Length % 4)) % 4]]), null, content.Length, rows);

        byte[] id = new byte[16];
        random.NextBytes(id);
        var uuid = new Guid(id, bigEndian: true);
        string prefix = random.Next(2) == 0 ? "" : "ab";
        string name = (prefix.Length == 0 ? "" : prefix + "/") + $"deletion_vector_{uuid}.bin";
        int offset = random.Next(2) == 0 ? 1 : 77;
        write(name, [1, .. new byte[offset - 1], .. stored]);
        return random.Next(3) == 0
            ? new ModelVector("p", $"{root}/{name}", offset, content.Length, rows)
            : new ModelVector("u", prefix + Encode(id), offset, content.Length, rows);
    }

    public object ToJson() => new { storageType = StorageType, pathOrInlineDv = PathOrInlineDv, offset = Offset, sizeInBytes = SizeInBytes, cardinality = Rows.Count };

    /// <summary>Z85 (ZeroMQ RFC 32).</summary>
    private static string Encode(byte[] bytes) => string.Concat(bytes.Chunk(4).Select(block =>
    {
        uint value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(block);
        char[] characters = new char[5];
        for (int i = 4; i >= 0; i--, value /= 85)
            characters[i] = Alphabet[(int)(value % 85)];
        return new string(characters);
    }));
}
