using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BulkMover.FileFormats.Tests.Parquet;

/// <summary>A file of which a test changes footer and structures behind the data, as another writer might have written them.</summary>
internal sealed class RewrittenFile
{
    private readonly string path;
    private readonly List<byte> data;

    private RewrittenFile(string path)
    {
        this.path = path;
        byte[] bytes = File.ReadAllBytes(path);
        int footer = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(bytes.Length - 8));
        Footer = ThriftTree.Parse(bytes.AsSpan(bytes.Length - 8 - footer, footer));
        data = [.. bytes[..^(8 + footer)]];
    }

    /// <summary>parquet.thrift, <c>FileMetaData</c>.</summary>
    public ThriftTree Footer { get; }

    public static void Change(ParquetTestFile file, Action<RewrittenFile> change)
    {
        var rewritten = new RewrittenFile(file.Path);
        change(rewritten);
        byte[] footer = rewritten.Footer.ToBytes();
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Length);
        File.WriteAllBytes(rewritten.path, [.. rewritten.data, .. footer, .. length, .. "PAR1"u8]);
    }

    /// <summary>parquet.thrift, <c>ColumnChunk</c>.</summary>
    public ThriftTree Chunk(int rowGroup, int column) => Footer.Struct(4, rowGroup).Struct(1, column);

    public ThriftTree StructAt(long offset, long bytes) => ThriftTree.Parse(CollectionsMarshal.AsSpan(data).Slice((int)offset, (int)bytes));

    /// <summary>Puts bytes between the data and the footer, and tells where they begin.</summary>
    public long Append(byte[] bytes)
    {
        data.AddRange(bytes);
        return data.Count - bytes.Length;
    }
}
